//! Conversations fall; nobody else does. What was committed reaches the devices all the same, and what is in doubt is said to be.

use super::house::{ADMINISTRATOR, CLERK, GENERAL, GROUP, House, MARIA, NURSE, OTHER, PHYSICIAN, send, within};
use super::watching::{Counting, shown};
use crate::SubmitError;
use crate::conversation::ConversationMessage;
use crate::outbox::Farewell;
use corridor_domain::command::Command;
use corridor_domain::conversation::Side;
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::outcome::Answer;
use corridor_domain::person::AccountState;
use corridor_storage::apply::encode_command;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::oneshot;

async fn crash(house: &House, room: ConversationId) {
    let slot = within(house.actors.rooms().conversation(room)).await.unwrap();
    // It may have fallen already.
    let _ = slot.actor.cast(ConversationMessage::Crash);
}

/// Asks until it is certain, always with the same id, as a client does. Says whether it was in doubt once.
async fn insist(house: &House, who: PersonId, command: Command) -> bool {
    let envelope = house.envelope(who, command);
    let mut in_doubt = false;
    loop {
        match house.ask(envelope.clone()).await {
            Ok(Answer::Done { .. }) => return in_doubt,
            Err(SubmitError::OutcomeUnknown) => in_doubt = true,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn mail_in_a_fallen_mailbox_is_in_doubt_and_the_fall_is_counted() {
    let recorder = Counting::default();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let house = House::open().await;
    let nurse = house.attach(NURSE).await;
    let slot = house.actors.rooms().conversation(GROUP).await.unwrap();
    slot.actor.cast(ConversationMessage::Crash).unwrap();
    let mut asked = Vec::new();
    for number in 0..5 {
        let envelope = house.envelope(NURSE, send(GROUP, &format!("{number}")));
        let (command, (reply, pending)) = (encode_command(&envelope).unwrap(), oneshot::channel());
        slot.send(|permit| ConversationMessage::Propose { command, reply, permit })
            .await
            .unwrap();
        asked.push((envelope, pending));
    }
    for (envelope, pending) in asked {
        assert!(within(pending).await.is_err(), "nobody knows");
        assert!(matches!(house.ask(envelope).await, Ok(Answer::Done { .. })));
    }
    house.settle().await;
    assert_eq!(nurse.events().await, ["a1/2 0", "a1/3 1", "a1/4 2", "a1/5 3", "a1/6 4"]);
    assert_eq!((recorder.restarts("conversation"), recorder.restarts("other")), (1, 0));
    let again = house.actors.rooms().conversation(GROUP).await.unwrap();
    assert_ne!(again.actor.get_id(), slot.actor.get_id());
    assert_eq!(house.reader.conversation(GROUP).unwrap().unwrap().last.seq, 6);
    house.close().await;
}

#[tokio::test]
async fn who_waits_for_room_in_a_fallen_mailbox_goes_to_its_successor() {
    let house = House::open().await;
    let slot = house.actors.rooms().conversation(GROUP).await.unwrap();
    let mut held = Vec::new();
    while let Some(permit) = slot.credits.try_acquire().unwrap() {
        held.push(permit);
    }
    let envelope = house.envelope(NURSE, send(GROUP, "waiting"));
    let gateway = house.actors.gateway().clone();
    let mut waiting = tokio::spawn(async move { gateway.submit(&envelope).await });
    tokio::select! {
        biased;
        _ = &mut waiting => panic!("there is no room"),
        () = tokio::task::yield_now() => {}
    }
    slot.actor.cast(ConversationMessage::Crash).unwrap();
    let answer = within(waiting).await.unwrap();
    assert!(
        matches!(answer, Ok(Answer::Done { .. })),
        "it was certainly not done: {answer:?}"
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conversations_fall_again_and_again_and_no_event_is_missed() {
    let house = Arc::new(House::open().await);
    let devices = [house.attach(NURSE).await, house.attach(PHYSICIAN).await];
    let mut got = [Vec::new(), Vec::new()];
    for round in 0..60 {
        let mut asking = Vec::new();
        for number in 0..3 {
            let (house, words) = (Arc::clone(&house), format!("{round} {number}"));
            asking.push(tokio::spawn(
                async move { insist(&house, CLERK, send(GROUP, &words)).await },
            ));
        }
        let (falling, beside) = (Arc::clone(&house), Arc::clone(&house));
        asking.push(tokio::spawn(async move {
            for _ in 0..=round % 3 {
                crash(&falling, GROUP).await;
            }
            false
        }));
        let neighbour = tokio::spawn(async move { insist(&beside, CLERK, send(OTHER, "beside")).await });
        for asked in asking {
            within(asked).await.unwrap();
        }
        assert!(!within(neighbour).await.unwrap(), "a neighbour was disturbed");
        house.settle().await;
        for (device, got) in devices.iter().zip(&mut got) {
            got.extend(device.events().await);
        }
    }
    // What came while nobody was there to take it comes with the next event at the latest.
    house.does(CLERK, send(GROUP, "the last")).await;
    house.settle().await;
    for (device, got) in devices.iter().zip(&mut got) {
        got.extend(device.events().await);
        assert_eq!(shown(got, GROUP), house.frames(GROUP, Side::Team)[1..]);
        assert_eq!(shown(got, OTHER), house.frames(OTHER, Side::Team)[1..]);
        let beside = got.iter().filter(|frame| frame.starts_with("a2/")).count();
        assert_eq!(beside, 60, "what a neighbour hands out is not repeated");
    }
    assert!(house.frames(GROUP, Side::Team).len() >= 181);
    Arc::into_inner(house).unwrap().close().await;
}

#[tokio::test]
async fn who_falls_while_handing_out_is_followed_by_one_who_repeats_it() {
    let house = House::open().await;
    let (nurse, clerk) = (house.attach(NURSE).await, house.attach(CLERK).await);
    house.encode.armed.store(1, Ordering::SeqCst);
    for words in ["before", "bomb", "after"] {
        insist(&house, PHYSICIAN, send(GROUP, words)).await;
    }
    house.does(PHYSICIAN, send(GROUP, "and on")).await;
    house.settle().await;
    for device in [nurse, clerk] {
        let wanted = ["a1/2 before", "a1/3 bomb", "a1/4 after", "a1/5 and on"];
        assert_eq!(shown(&device.events().await, GROUP), wanted);
    }
    house.close().await;
}

#[tokio::test]
async fn what_can_never_be_handed_out_cuts_its_members_and_nobody_else() {
    let house = House::open().await;
    let (nurse, maria) = (house.attach(NURSE).await, house.attach(MARIA).await);
    house.encode.armed.store(i32::MAX, Ordering::SeqCst);
    let proposer = house.group.proposer();
    for words in ["bomb", "and", "more"] {
        let envelope = house.envelope(CLERK, send(GROUP, words));
        within(proposer.propose(encode_command(&envelope).unwrap()))
            .await
            .unwrap();
    }
    within(async {
        while nurse.connected().outbox.farewell().is_none() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(
        nurse.take().await,
        Err(Farewell::TooSlow),
        "she comes back and reads it from storage"
    );
    // The others go on, on the way in and on the way out.
    house.does(NURSE, send(GENERAL, "to Maria")).await;
    house.settle().await;
    assert_eq!(maria.events().await, ["a0/2 to Maria"]);
    let refused = house.ask(house.envelope(CLERK, send(GROUP, "hello?"))).await;
    assert_eq!(refused, Err(SubmitError::Fenced), "certainly not done");
    // It goes on where it stood once it can.
    let clerk = house.attach(CLERK).await;
    house.encode.armed.store(0, Ordering::SeqCst);
    house.does(CLERK, send(GROUP, "there again")).await;
    house.settle().await;
    // What was given up lies below where she attached: it is her replay's.
    assert_eq!(clerk.events().await, ["a1/5 there again"]);
    house.close().await;
}

#[tokio::test]
async fn whoever_comes_first_after_a_fall_wakes_one_that_knows_what_is_owed() {
    let house = House::open().await;
    let nurse = house.attach(NURSE).await;
    let mut got = Vec::new();
    for round in 0..50 {
        // Committed without the actor's help, and told to it when it has fallen already, or just before.
        let slot = house.actors.rooms().conversation(GROUP).await.unwrap();
        let envelope = house.envelope(CLERK, send(GROUP, &format!("{round}")));
        let pending = house.group.proposer().propose(encode_command(&envelope).unwrap());
        if round % 2 == 0 {
            within(pending).await.unwrap();
        }
        let _ = slot.actor.cast(ConversationMessage::Crash);
        insist(&house, NURSE, send(GROUP, "more")).await;
        house.settle().await;
        got.extend(nurse.events().await);
    }
    assert_eq!(shown(&got, GROUP), house.frames(GROUP, Side::Team)[1..]);
    house.close().await;
}

#[tokio::test]
async fn a_successor_hands_out_nothing_before_the_sessions_that_ended_are_closed() {
    let house = House::open().await;
    let (nurse, clerk) = (house.attach(NURSE).await, house.attach(CLERK).await);
    // A full mailbox elsewhere holds the dispatcher back.
    let other = house.actors.rooms().conversation(OTHER).await.unwrap();
    let mut held = Vec::new();
    while let Some(permit) = other.credits.try_acquire().unwrap() {
        held.push(permit);
    }
    let state = AccountState::Suspended;
    let commands = [
        (NURSE, send(GROUP, "for both")),
        (NURSE, send(OTHER, "into the full one")),
        (ADMINISTRATOR, Command::ChangeAccountState { person: CLERK, state }),
        (NURSE, send(GROUP, "for the nurse alone")),
    ];
    for (who, command) in commands {
        let envelope = house.envelope(who, command);
        within(house.group.proposer().propose(encode_command(&envelope).unwrap()))
            .await
            .unwrap();
    }
    let fallen = house.actors.rooms().conversation(GROUP).await.unwrap();
    fallen.actor.cast(ConversationMessage::Crash).unwrap();
    within(async {
        let is_there = |slot: &crate::slots::Slot<ConversationMessage>| slot.actor.get_id() != fallen.actor.get_id();
        while !house.actors.rooms().slots.find(GROUP).as_ref().is_some_and(is_there) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(
        clerk.events().await,
        ["a1/2 for both"],
        "and nothing of what is not announced yet"
    );
    drop(held);
    house.settle().await;
    assert_eq!(clerk.take().await, Err(Farewell::SessionEnded));
    let wanted = ["a1/2 for both", "a1/3 for the nurse alone"];
    assert_eq!(shown(&nurse.events().await, GROUP), wanted);
    house.close().await;
}
