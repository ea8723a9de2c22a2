//! Wake against sleep: mail sent while an actor falls asleep, or dies, reaches one that lives, and no key has two.

use super::model::{EVERY, finds, holds};
use corridor_sync::credits::{Credits, Permit};
use corridor_sync::planted::Mistake;
use corridor_sync::slots::{Living, Retired, Slots};
use loom::future::block_on;
use loom::sync::{Arc, Mutex};
use loom::thread;
use std::convert::Infallible;

#[derive(Clone)]
struct Actor {
    id: usize,
    credits: Credits,
    mailbox: Arc<Mutex<Vec<Permit>>>,
}

impl Living for Actor {
    type Id = usize;

    fn id(&self) -> usize {
        self.id
    }

    fn credits(&self) -> &Credits {
        &self.credits
    }
}

struct House {
    slots: Slots<char, Actor>,
    /// All that were ever started.
    started: Mutex<Vec<Actor>>,
}

impl House {
    fn new() -> Self {
        Self {
            slots: Slots::new(),
            started: Mutex::new(Vec::new()),
        }
    }

    fn wake(&self) -> Actor {
        let start = || async {
            let mut started = self.started.lock().unwrap();
            for earlier in &*started {
                assert!(earlier.credits.try_acquire().is_err(), "two take mail for one key");
            }
            let actor = Actor {
                id: started.len(),
                credits: Credits::new(1),
                mailbox: Arc::new(Mutex::new(Vec::new())),
            };
            started.push(actor.clone());
            Ok::<_, Infallible>(actor)
        };
        let Ok(actor) = block_on(self.slots.wake('a', start));
        actor
    }

    /// As the gateway does: whoever is told that the way in is closed looks the actor up anew.
    fn send(&self) {
        loop {
            let actor = self.wake();
            if let Ok(permit) = block_on(actor.credits.acquire()) {
                return actor.mailbox.lock().unwrap().push(permit);
            }
        }
    }

    fn handle_all(actor: &Actor) -> usize {
        let mail = std::mem::take(&mut *actor.mailbox.lock().unwrap());
        mail.len()
    }

    /// Mail that is waiting for one that lives.
    fn waiting(&self) -> usize {
        self.slots.find('a').map_or(0, |actor| Self::handle_all(&actor))
    }

    /// Mail that nobody will ever read.
    fn lost(&self) -> usize {
        let started = std::mem::take(&mut *self.started.lock().unwrap());
        started.iter().map(Self::handle_all).sum()
    }
}

fn one_sends_while_it_falls_asleep() {
    let house = Arc::new(House::new());
    house.wake();
    let sender = {
        let house = Arc::clone(&house);
        thread::spawn(move || house.send())
    };
    let mut handled = 0;
    if let Some(actor) = house.slots.find('a') {
        handled += House::handle_all(&actor);
        if house.slots.retire('a', actor.id) == Retired::Now {
            assert_eq!(actor.mailbox.lock().unwrap().len(), 0, "asleep with mail");
        }
    }
    sender.join().unwrap();
    handled += house.waiting();
    assert_eq!((handled, house.lost()), (1, 0), "handled, and lost");
}

fn two_wake_it_at_once() {
    let house = Arc::new(House::new());
    let senders = [(); 2].map(|()| {
        let house = Arc::clone(&house);
        thread::spawn(move || drop(house.wake()))
    });
    for sender in senders {
        sender.join().unwrap();
    }
    assert_eq!((house.slots.len(), house.started.lock().unwrap().len()), (1, 1));
    assert_eq!(house.lost(), 0);
}

fn one_waits_for_room_while_it_dies() {
    let house = Arc::new(House::new());
    let fallen = house.wake();
    let in_doubt = fallen.credits.try_acquire().unwrap().unwrap();
    let sender = {
        let house = Arc::clone(&house);
        thread::spawn(move || house.send())
    };
    assert_eq!(house.slots.bury(fallen.id), Some('a'));
    sender.join().unwrap();
    drop(in_doubt);
    assert_eq!((house.waiting(), house.lost()), (1, 0), "handled, and lost");
}

#[test]
fn mail_sent_while_it_falls_asleep_is_handled() {
    holds("sleep: wake against sleep", EVERY, one_sends_while_it_falls_asleep);
    finds(
        "sleep: wake against sleep",
        Mistake::SlotsRetireWithoutClosing,
        "two take mail for one key",
        EVERY,
        one_sends_while_it_falls_asleep,
    );
    finds(
        "sleep: wake against sleep",
        Mistake::CreditsCloseWithoutLookingAgain,
        "asleep with mail",
        EVERY,
        one_sends_while_it_falls_asleep,
    );
}

#[test]
fn no_key_has_two() {
    holds("sleep: two wake one", Some(4), two_wake_it_at_once);
    finds(
        "sleep: two wake one",
        Mistake::SlotsStartWithoutLookingAgain,
        "two take mail for one key",
        Some(4),
        two_wake_it_at_once,
    );
}

#[test]
fn who_waits_for_room_goes_to_the_successor() {
    holds("sleep: death", EVERY, one_waits_for_room_while_it_dies);
    finds(
        "sleep: death",
        Mistake::SlotsBuryWithoutClosing,
        "two take mail for one key",
        EVERY,
        one_waits_for_room_while_it_dies,
    );
}
