//! One line on the terminal that says what is being done. Nothing, where standard error is no terminal.

use std::io::{IsTerminal, Write};

const WIDTH: usize = 24;

/// The line.
#[derive(Debug)]
pub struct Progress {
    is_shown: bool,
}

impl Progress {
    /// Shown if standard error is a terminal.
    pub fn new() -> Self {
        Self {
            is_shown: std::io::stderr().is_terminal(),
        }
    }

    /// Shows how much of what is done; a share from 0 to 1.
    pub fn show(&self, what: &str, share: f64) {
        if self.is_shown {
            // Where nothing can be shown, nothing is.
            let _ = write!(std::io::stderr(), "\r\x1b[K{} {what}", bar(share));
        }
    }

    /// Takes the line away.
    pub fn clear(&self) {
        if self.is_shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

fn bar(share: f64) -> String {
    let filled = (share.clamp(0.0, 1.0) * WIDTH as f64).round() as usize;
    format!("[{}{}]", "#".repeat(filled), ".".repeat(WIDTH - filled))
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn the_bar_fills_and_does_not_overflow() {
        assert_eq!(bar(0.0), format!("[{}]", ".".repeat(24)));
        assert_eq!(bar(0.5), format!("[{}{}]", "#".repeat(12), ".".repeat(12)));
        assert_eq!(bar(7.0), format!("[{}]", "#".repeat(24)));
    }
}
