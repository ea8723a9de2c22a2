//! Who has nothing to do falls asleep, and wakes when wanted; nothing is lost between the two.

use super::house::{GROUP, House, NURSE, PHYSICIAN, send, within};
use crate::conversation::ConversationMessage;
use corridor_domain::conversation::Side;
use corridor_domain::limits;
use corridor_domain::outcome::Answer;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Lets time pass until nobody is awake. Mail on its way may keep somebody up for one more interval.
async fn all_asleep(house: &House) {
    tokio::time::pause();
    for _ in 0..10 {
        tokio::time::advance(Duration::from_millis(limits::CONVERSATION_IDLE_MS)).await;
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
        if house.actors.awake_count() == 0 {
            break;
        }
    }
    tokio::time::resume();
    assert_eq!(house.actors.awake_count(), 0, "somebody never falls asleep");
}

/// The first look finds that something was done, the second that nothing was.
fn doze(house: &House) {
    for _ in 0..2 {
        if let Some(slot) = house.actors.rooms().slots.find(GROUP) {
            let _ = slot.actor.cast(ConversationMessage::Doze);
        }
    }
}

#[tokio::test]
async fn nothing_to_do_is_sleep() {
    let house = House::open().await;
    let nurse = house.attach(NURSE).await;
    house.does(PHYSICIAN, send(GROUP, "good night")).await;
    house.settle().await;
    assert!(house.actors.awake_count() > 0);
    all_asleep(&house).await;
    assert_eq!(
        house.actors.rooms().fanned_count(),
        0,
        "nothing is kept of those who sleep"
    );
    house.does(PHYSICIAN, send(GROUP, "good morning")).await;
    house.settle().await;
    assert_eq!(nurse.events().await, ["a1/2 good night", "a1/3 good morning"]);
    house.close().await;
}

#[tokio::test]
async fn who_has_mail_does_not_fall_asleep() {
    let house = House::open().await;
    let slot = house.actors.rooms().conversation(GROUP).await.unwrap();
    let permit = slot.credits.acquire().await.unwrap();
    doze(&house);
    doze(&house);
    within(async {
        // Handled behind the dozing: it is awake.
        house.does(NURSE, send(GROUP, "still here")).await;
    })
    .await;
    assert!(house.actors.rooms().slots.find(GROUP).is_some());
    drop(permit);
    house.settle().await;
    doze(&house);
    doze(&house);
    within(async {
        while house.actors.rooms().slots.find(GROUP).is_some() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(
        slot.credits.acquire().await.is_err(),
        "who held on to it is told to look it up anew"
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sending_while_it_falls_asleep_loses_nothing() {
    let house = Arc::new(House::open().await);
    let (nurse, physician) = (house.attach(NURSE).await, house.attach(PHYSICIAN).await);
    let stop = Arc::new(AtomicBool::new(false));
    let (sleepy, stopping) = (Arc::clone(&house), Arc::clone(&stop));
    let slept = tokio::spawn(async move {
        let mut slept = 0_u32;
        while !stopping.load(Ordering::Relaxed) {
            let before = sleepy.actors.rooms().slots.find(GROUP).map(|slot| slot.actor.get_id());
            doze(&sleepy);
            tokio::task::yield_now().await;
            let after = sleepy.actors.rooms().slots.find(GROUP).map(|slot| slot.actor.get_id());
            slept += u32::from(before.is_some() && before != after);
        }
        slept
    });
    let mut got = [Vec::new(), Vec::new()];
    for round in 0..400 {
        let answer = house.ask(house.envelope(NURSE, send(GROUP, &format!("{round}")))).await;
        assert!(
            matches!(answer, Ok(Answer::Done { .. })),
            "sleeping is no reason for doubt: {answer:?}"
        );
        if round % 50 == 49 {
            house.settle().await;
            got[0].extend(nurse.events().await);
            got[1].extend(physician.events().await);
        }
    }
    stop.store(true, Ordering::Relaxed);
    let slept = within(slept).await.unwrap();
    let wanted = house.frames(GROUP, Side::Team).split_off(1);
    assert_eq!(wanted.len(), 400);
    for got in got {
        assert_eq!(got, wanted);
    }
    assert!(slept > 10, "it slept {slept} times only");
    drop((nurse, physician));
    Arc::into_inner(house).unwrap().close().await;
}
