//! Which plain scalars go-yaml v2 reads as a timestamp.

/// A date `2001-1-2`, alone, with `T` or `t`, time and zone, or with blanks and time: what Go's `time.Parse` takes for
/// go-yaml's four layouts.
pub(super) fn is_timestamp(text: &str) -> bool {
    let mut rest = Cursor(text.as_bytes());
    let Some(year) = rest.fixed_number(4) else {
        return false;
    };
    let Some((month, day)) = rest.byte(b'-').and_then(|()| {
        let month = rest.number()?;
        rest.byte(b'-')?;
        Some((month, rest.number()?))
    }) else {
        return false;
    };
    if !(1..=12).contains(&month) || day < 1 || day > days_in(month, year) {
        return false;
    }
    match rest.0 {
        [] => true,
        [b'T' | b't', time @ ..] => {
            let mut rest = Cursor(time);
            rest.time().and_then(|()| rest.zone()).is_some() && rest.0.is_empty()
        }
        [b' ', ..] => {
            while rest.byte(b' ').is_some() {}
            rest.time().is_some() && rest.0.is_empty()
        }
        _ => false,
    }
}

fn days_in(month: u32, year: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// What is left to read of a timestamp.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn byte(&mut self, expected: u8) -> Option<()> {
        let (&first, rest) = self.0.split_first()?;
        (first == expected).then(|| self.0 = rest)
    }

    /// Exactly `len` digits.
    fn fixed_number(&mut self, len: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(len)?;
        let value = digits.iter().try_fold(0_u32, |value, byte| {
            byte.is_ascii_digit().then(|| value.wrapping_mul(10).wrapping_add(u32::from(byte & 0x0f)))
        })?;
        self.0 = rest;
        Some(value)
    }

    /// One digit, or two if two stand there.
    fn number(&mut self) -> Option<u32> {
        self.fixed_number(2).or_else(|| self.fixed_number(1))
    }

    /// Hour, minute, second, and a fraction of any length after a dot or a comma.
    fn time(&mut self) -> Option<()> {
        let hour = self.number()?;
        self.byte(b':')?;
        let minute = self.number()?;
        self.byte(b':')?;
        let second = self.number()?;
        if let [b'.' | b',', fraction @ ..] = self.0 {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits > 0 {
                self.0 = fraction.get(digits..)?;
            }
        }
        (hour < 24 && minute < 60 && second < 60).then_some(())
    }

    /// `Z`, or an offset up to and including 24 hours and 60 minutes, which Go allows on purpose.
    fn zone(&mut self) -> Option<()> {
        if self.byte(b'Z').is_some() {
            return Some(());
        }
        self.byte(b'+').or_else(|| self.byte(b'-'))?;
        let hours = self.fixed_number(2)?;
        self.byte(b':')?;
        let minutes = self.fixed_number(2)?;
        (hours <= 24 && minutes <= 60).then_some(())
    }
}
