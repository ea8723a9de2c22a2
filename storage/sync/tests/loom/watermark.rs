//! The watermark: who waits for a place is let go when the mark is there, and when it never will be.

use super::model::{EVERY, finds, holds};
use corridor_sync::planted::Mistake;
use corridor_sync::watermark::{Wait, Watermark};
use loom::sync::Arc;
use loom::thread;

/// One waits for the place 2, while another thread does something to the mark, and gives those it let go.
fn one_waits(while_another: fn(&Watermark<char>) -> Vec<char>) -> (Wait<char>, Vec<char>) {
    let mark = Arc::new(Watermark::new(0));
    let other = {
        let mark = Arc::clone(&mark);
        thread::spawn(move || while_another(&mark))
    };
    let waited = mark.wait(2, 'a');
    (waited, other.join().unwrap())
}

fn one_waits_while_the_mark_rises() {
    let rises = |mark: &Watermark<char>| [mark.lift(1), mark.lift(2)].concat();
    match one_waits(rises) {
        (Wait::Kept(_), let_go) => assert_eq!(let_go, ['a'], "one waits for ever"),
        (waited, let_go) => assert!(waited == Wait::Reached('a') && let_go.is_empty(), "told twice"),
    }
}

fn one_waits_while_the_mark_is_closed() {
    match one_waits(Watermark::close) {
        (Wait::Kept(_), let_go) => assert_eq!(let_go, ['a'], "one waits for ever"),
        (waited, let_go) => assert!(waited == Wait::Closed('a') && let_go.is_empty(), "told twice"),
    }
}

#[test]
fn nobody_waits_for_ever() {
    let models: [(&str, fn()); 2] = [
        ("watermark: lift", one_waits_while_the_mark_rises),
        ("watermark: close", one_waits_while_the_mark_is_closed),
    ];
    for (name, model) in models {
        holds(name, EVERY, model);
        finds(
            name,
            Mistake::WatermarkLooksThenKeeps,
            "one waits for ever",
            EVERY,
            model,
        );
    }
}
