//! The goodbye: a device that comes while the node says goodbye hears it too.

use super::model::{EVERY, finds, holds};
use corridor_sync::directory::Directory;
use corridor_sync::outbox::{Farewell, Outbox};
use corridor_sync::planted::Mistake;
use loom::sync::Arc;
use loom::thread;

type Small = Outbox<u8, &'static str, 8, 1024>;

fn two_come_while_the_node_says_goodbye() {
    let directory: Arc<Directory<u8, Arc<Small>>> = Arc::new(Directory::new());
    let come = |directory: Arc<Directory<u8, Arc<Small>>>, person| {
        move || {
            let outbox = Arc::new(Small::new());
            if directory.enter(person, Arc::clone(&outbox), || ()).is_shut {
                outbox.close(Farewell::ShuttingDown);
            }
            outbox
        }
    };
    let devices = [1, 2].map(|person| thread::spawn(come(Arc::clone(&directory), person)));
    directory.shut(|outbox| outbox.close(Farewell::ShuttingDown));
    for device in devices {
        let farewell = device.join().unwrap().farewell();
        assert_eq!(farewell, Some(Farewell::ShuttingDown), "nobody said goodbye");
    }
    for person in [1, 2] {
        directory.leave(person, |_| true);
    }
}

#[test]
fn who_comes_late_hears_it_too() {
    holds("goodbye", EVERY, two_come_while_the_node_says_goodbye);
    finds(
        "goodbye",
        Mistake::DirectorySaysGoodbyeBeforeShutting,
        "nobody said goodbye",
        EVERY,
        two_come_while_the_node_says_goodbye,
    );
}
