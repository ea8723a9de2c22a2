//! The lights: after all is quiet they say who is connected.

use super::model::{finds, holds};
use corridor_sync::directory::Directory;
use corridor_sync::planted::Mistake;
use corridor_sync::presence::Table;
use loom::sync::Arc;
use loom::thread;

#[derive(Default)]
struct Floor {
    directory: Directory<char, u8>,
    lights: Table<char, bool>,
}

impl Floor {
    fn recount(&self) {
        self.lights
            .recount('a', true, || self.directory.look().devices('a').len());
    }

    fn come(&self, device: u8) {
        self.directory.enter('a', device, || ());
        self.recount();
    }

    fn go(&self, device: u8) {
        assert!(self.directory.leave('a', |held| *held == device));
        self.recount();
    }
}

fn one_comes_while_another_goes() {
    let floor = Arc::new(Floor::default());
    floor.come(1);
    let going = {
        let floor = Arc::clone(&floor);
        thread::spawn(move || floor.go(1))
    };
    let flickering = {
        let floor = Arc::clone(&floor);
        thread::spawn(move || {
            floor.come(2);
            floor.go(2);
        })
    };
    floor.come(3);
    going.join().unwrap();
    flickering.join().unwrap();
    assert_eq!(floor.lights.lights(), [('a', true)], "somebody is there in the dark");
    floor.go(3);
    assert!(floor.lights.lights().is_empty());
}

#[test]
fn the_lights_say_who_is_connected() {
    holds("presence", Some(3), one_comes_while_another_goes);
    finds(
        "presence",
        Mistake::PresenceCountsOutsideTheLock,
        "somebody is there in the dark",
        Some(3),
        one_comes_while_another_goes,
    );
}
