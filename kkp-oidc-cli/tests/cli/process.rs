//! Children that always end: every wait is bounded, and whoever is left when a test ends is killed.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// What a busy machine may need for anything; reaching it is a failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// `kkp-oidc` with these arguments, in an empty environment.
pub(crate) fn kkp_oidc<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kkp-oidc"));
    command.args(arguments).env_clear();
    command
}

/// How a program ended.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Ended {
    /// The exit status; `None` if a signal killed it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    pub(crate) fn new(code: i32, stdout: &str, stderr: &str) -> Self {
        Self { code: Some(code), stdout: stdout.to_owned(), stderr: stderr.to_owned() }
    }
}

/// Run a program to its end.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> Ended {
    Running::start(command).end_within(PATIENCE)
}

/// A program that runs, with what it printed.
pub(crate) struct Running {
    child: Child,
    stdout: Lines,
    stderr: Lines,
}

impl Running {
    #[track_caller]
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = Lines::of(child.stdout.take().unwrap());
        let stderr = Lines::of(child.stderr.take().unwrap());
        Self { child, stdout, stderr }
    }

    #[track_caller]
    pub(crate) fn end_within(mut self, limit: Duration) -> Ended {
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            let (out, err) = (&mut self.stdout, &mut self.stderr);
            assert!(begin.elapsed() < limit, "runs longer than {limit:?}: {:?} {:?}", out.so_far(), err.so_far());
            std::thread::sleep(Duration::from_millis(2));
        };
        self.ended(status)
    }

    #[track_caller]
    fn ended(&mut self, status: ExitStatus) -> Ended {
        Ended { code: status.code(), stdout: self.stdout.rest(), stderr: self.stderr.rest() }
    }
}

#[cfg(feature = "serve")]
impl Running {
    /// Wait for the first line on stdout that `wanted` makes something of.
    #[track_caller]
    pub(crate) fn wait_for_stdout<T>(&mut self, wanted: impl Fn(&str) -> Option<T>) -> T {
        match self.stdout.wait_for(wanted) {
            Some(found) => found,
            None => panic!("not printed; stdout {:?}, stderr {:?}", self.stdout.text, self.stderr.so_far()),
        }
    }

    /// Wait for a line on stderr that holds `part`.
    #[track_caller]
    pub(crate) fn wait_for_stderr(&mut self, part: &str) {
        let found = self.stderr.wait_for(|line| line.contains(part).then_some(()));
        assert!(found.is_some(), "{part:?} is not in {:?}", self.stderr.text);
    }

    /// Send a signal, such as `TERM`.
    #[track_caller]
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("sh").args(["-c", r#"kill -s "$1" "$2""#, "sh", name, &pid]).status().unwrap();
        assert!(sent.success(), "kill -s {name} {pid}: {sent}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // An error says that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What comes out of a pipe, line by line.
struct Lines {
    text: String,
    incoming: Receiver<String>,
}

impl Lines {
    fn of(pipe: impl Read + Send + 'static) -> Self {
        let (sender, incoming) = mpsc::channel();
        std::thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            let mut line = Vec::new();
            while pipe.read_until(b'\n', &mut line).is_ok_and(|len| len > 0) {
                if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                    return;
                }
                line.clear();
            }
        });
        Self { text: String::new(), incoming }
    }

    #[cfg(feature = "serve")]
    fn wait_for<T>(&mut self, wanted: impl Fn(&str) -> Option<T>) -> Option<T> {
        let begin = Instant::now();
        loop {
            let line = self.incoming.recv_timeout(PATIENCE.saturating_sub(begin.elapsed())).ok()?;
            self.text.push_str(&line);
            if let Some(found) = wanted(line.trim_end()) {
                return Some(found);
            }
        }
    }

    fn so_far(&mut self) -> &str {
        self.text.extend(self.incoming.try_iter());
        &self.text
    }

    #[track_caller]
    fn rest(&mut self) -> String {
        loop {
            match self.incoming.recv_timeout(PATIENCE) {
                Ok(line) => self.text.push_str(&line),
                Err(RecvTimeoutError::Disconnected) => return std::mem::take(&mut self.text),
                Err(RecvTimeoutError::Timeout) => panic!("somebody keeps the pipe open after {:?}", self.text),
            }
        }
    }
}
