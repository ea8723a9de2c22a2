//! Credits: everybody who waits gets in or is told, who gives up makes way, and no mail is behind a closed door.

use super::model::{EVERY, finds, holds, look};
use corridor_sync::credits::Credits;
use corridor_sync::planted::Mistake;
use loom::future::block_on;
use loom::sync::{Arc, Mutex};
use loom::thread;

fn two_want_one_place() {
    let credits = Credits::new(1);
    let inside = Arc::new(Mutex::new(0_u32));
    let want = |credits: Credits, inside: Arc<Mutex<u32>>| {
        move || {
            let permit = block_on(credits.acquire()).unwrap();
            let before = std::mem::replace(&mut *inside.lock().unwrap(), 1);
            assert_eq!(before, 0, "two in one place");
            *inside.lock().unwrap() = 0;
            drop(permit);
        }
    };
    let other = thread::spawn(want(credits.clone(), Arc::clone(&inside)));
    want(credits.clone(), inside)();
    other.join().unwrap();
    assert_eq!((credits.level().now(), credits.level().high_water()), (0, 1));
}

fn one_gives_up() {
    let credits = Credits::new(1);
    let held = credits.try_acquire().unwrap().unwrap();
    let first = {
        let credits = credits.clone();
        thread::spawn(move || {
            // Goes away with or without.
            let _ = look(credits.acquire());
        })
    };
    let second = {
        let credits = credits.clone();
        thread::spawn(move || drop(block_on(credits.acquire()).unwrap()))
    };
    drop(held);
    first.join().unwrap();
    second.join().unwrap();
    assert_eq!(credits.in_use(), 0);
}

fn one_has_mail_while_another_closes() {
    let credits = Credits::new(1);
    let mailbox = Arc::new(Mutex::new(Vec::new()));
    let sender = {
        let (credits, mailbox) = (credits.clone(), Arc::clone(&mailbox));
        thread::spawn(move || {
            if let Ok(permit) = block_on(credits.acquire()) {
                mailbox.lock().unwrap().push(permit);
            }
        })
    };
    let closed = credits.close_if_idle();
    sender.join().unwrap();
    let mail = mailbox.lock().unwrap().drain(..).count();
    assert_eq!(
        mail,
        usize::from(!closed),
        "mail behind a closed door, or lost before an open one"
    );
}

#[test]
fn everybody_who_waits_gets_in() {
    holds("credits: wait", EVERY, two_want_one_place);
    finds(
        "credits: wait",
        Mistake::CreditsWakeNobody,
        "deadlock",
        EVERY,
        two_want_one_place,
    );
}

#[test]
fn who_gives_up_makes_way() {
    holds("credits: give up", Some(4), one_gives_up);
    finds(
        "credits: give up",
        Mistake::CreditsGiveUpSilently,
        "deadlock",
        Some(4),
        one_gives_up,
    );
}

#[test]
fn no_mail_is_behind_a_closed_door() {
    holds("credits: close", EVERY, one_has_mail_while_another_closes);
    finds(
        "credits: close",
        Mistake::CreditsCloseWithoutLookingAgain,
        "mail behind a closed door",
        EVERY,
        one_has_mail_while_another_closes,
    );
}
