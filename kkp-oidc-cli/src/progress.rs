//! How far reading has come, on the terminal.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// Shorter work shows nothing.
const SHOWN_AFTER: Duration = Duration::from_secs(1);

/// Time between two updates.
const SHOWN_EVERY: Duration = Duration::from_millis(100);

/// Length of the bar, in characters.
const BAR_LEN: u64 = 30;

/// One line on stderr, if that is a terminal, for work that takes longer than a second. It goes when this is dropped.
pub(crate) struct Progress {
    all: Option<u64>,
    read: u64,
    next: Option<Instant>,
    shown: bool,
}

impl Progress {
    /// Begin to read `all` bytes, if that is known.
    pub(crate) fn begin(all: Option<u64>) -> Self {
        let next = std::io::stderr().is_terminal().then(|| Instant::now() + SHOWN_AFTER);
        Self { all: all.filter(|all| *all > 0), read: 0, next, shown: false }
    }

    /// So many bytes more have been read.
    pub(crate) fn add(&mut self, len: usize) {
        self.read = self.read.saturating_add(len as u64);
        let now = Instant::now();
        if self.next.is_some_and(|next| now >= next) {
            self.next = Some(now + SHOWN_EVERY);
            self.shown = true;
            write(&format!("\r{}\u{1b}[K", line(self.read, self.all)));
        }
    }

    /// Leave the line to something else.
    pub(crate) fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            write("\r\u{1b}[K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

fn line(read: u64, all: Option<u64>) -> String {
    let mib = |len: u64| format!("{}.{} MiB", len >> 20, ((len & 0xf_ffff) * 10) >> 20);
    let Some(all) = all else { return format!("read {}", mib(read)) };
    let done = (u128::from(read.min(all)) * u128::from(BAR_LEN) / u128::from(all)) as usize;
    let bar = format!("{}{}", "#".repeat(done), ".".repeat(BAR_LEN as usize - done));
    format!("[{bar}] {} of {}", mib(read), mib(all))
}

fn write(text: &str) {
    let mut stderr = std::io::stderr().lock();
    // That the terminal is gone matters to nobody here.
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_much_of_how_much() {
        assert_eq!(line(0, None), "read 0.0 MiB");
        assert_eq!(line(1_572_864, None), "read 1.5 MiB");
        assert_eq!(line(0, Some(4)), "[..............................] 0.0 MiB of 0.0 MiB");
        assert_eq!(line(1 << 20, Some(2 << 20)), "[###############...............] 1.0 MiB of 2.0 MiB");
        assert_eq!(line(9, Some(4)), "[##############################] 0.0 MiB of 0.0 MiB", "it grew meanwhile");
    }
}
