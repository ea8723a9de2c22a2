//! Those of whom there is one fall, the dispatcher and the presence actor: nothing is left out, nobody is cut.

use super::house::{CLERK, GROUP, House, NURSE, OTHER, PHYSICIAN, send, within};
use super::watching::{Counting, shown};
use crate::frame::Light;
use crate::presence::PresenceMessage;
use crate::session::SessionMessage;
use corridor_domain::conversation::Side;
use std::sync::atomic::Ordering;

#[tokio::test]
async fn a_dispatcher_that_falls_leaves_nothing_out() {
    let recorder = Counting::default();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let house = House::open().await;
    let nurse = house.attach(NURSE).await;
    let next = house.reader.progress().unwrap().revision + 1;
    for fall in 0..4 {
        let crash_at = &house.actors.rooms().crash_dispatcher_at;
        // Before a revision is handed out, and after it.
        crash_at.store(2 * (next + fall * 30 + 10) + fall % 2, Ordering::Release);
        let mut pending = Vec::new();
        for number in 0..30 {
            let room = if number % 2 == 0 { GROUP } else { OTHER };
            let asked = house.envelope(NURSE, send(room, &format!("{number}")));
            pending.push(house.actors.gateway().forward(&asked).await.unwrap());
        }
        for answer in pending {
            assert!(
                within(answer).await.is_ok(),
                "commands do not go through the dispatcher"
            );
        }
        house.settle().await;
        assert_eq!(crash_at.load(Ordering::Acquire), 0, "it fell");
    }
    let events = nurse.events().await;
    for room in [GROUP, OTHER] {
        assert_eq!(shown(&events, room), house.frames(room, Side::Team)[1..]);
    }
    assert_eq!(
        events.len(),
        120,
        "and nothing was shown twice: the rooms know how far they are"
    );
    assert_eq!(recorder.restarts("dispatcher"), 4);
    assert_eq!(recorder.restarts("conversation"), 0);
    house.close().await;
}

#[tokio::test]
async fn a_fallen_presence_costs_nobody_a_connection_and_no_light() {
    let recorder = Counting::default();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let house = House::open().await;
    let (nurse, physician) = (house.attach(NURSE).await, house.attach(PHYSICIAN).await);
    nurse
        .mail(|permit| SessionMessage::Light {
            light: Light::Busy,
            permit,
        })
        .await;
    house.settle().await;
    nurse.take().await.unwrap();
    for round in 0..20 {
        house
            .actors
            .rooms()
            .presence()
            .unwrap()
            .cast(PresenceMessage::Crash)
            .unwrap();
        // All of this goes into the fallen one's mailbox, or to its successor.
        let clerk = house.attach(CLERK).await;
        clerk
            .mail(|permit| SessionMessage::Light {
                light: Light::OffDuty,
                permit,
            })
            .await;
        if round == 10 {
            drop(house.attach(PHYSICIAN).await);
        }
        drop(clerk);
        let wanted = [(NURSE, Light::Busy), (PHYSICIAN, Light::Available)];
        within(async {
            while house.actors.lights().await != wanted || recorder.restarts("presence") <= round {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
    // Whoever went while it lay there went out for the others as well.
    house
        .actors
        .rooms()
        .presence()
        .unwrap()
        .cast(PresenceMessage::Crash)
        .unwrap();
    drop(physician);
    within(async {
        while house.actors.lights().await != [(NURSE, Light::Busy)] {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let lights = nurse.latest().await;
    assert_eq!(
        lights.iter().filter(|light| *light == "light 3 Offline").count(),
        1,
        "{lights:?}"
    );
    assert_eq!(nurse.connected().outbox.farewell(), None);
    assert_eq!(recorder.restarts("session"), 0);
    house.close().await;
}
