//! The queue: gathered from storage, kept up by what is handed out, told to who watches and may know.

use super::house::{ADMINISTRATOR, CLERK, Device, GENERAL, House, MARIA, NURSE, PHYSICIAN, new, note, send, within};
use crate::outbox::Farewell;
use crate::queue::{Ask, HandOverIs, PartyIs, Queue, QueueMessage, Standing, Viewer};
use corridor_domain::care::{CareStep, Party, Stage};
use corridor_domain::command::Command;
use corridor_domain::conversation::Kind;
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::limits;
use corridor_domain::person::{AccountState, Role};

pub(super) const KNEE: ConversationId = ConversationId(0xA7);

pub(super) fn care(conversation: ConversationId, step: CareStep) -> Command {
    Command::Care { conversation, step }
}

pub(super) fn take() -> CareStep {
    CareStep::Take { from: None }
}

fn ask(viewer: &Viewer) -> Ask<'_> {
    Ask {
        viewer,
        stage: None,
        party: PartyIs::Anyone,
        hand_over: HandOverIs::Whatever,
        now_ms: 0,
        site: None,
        text: "",
        after: None,
        limit: 10,
    }
}

impl House {
    pub(super) fn viewer(&self, person: PersonId) -> Viewer {
        Viewer {
            covers: self.reader.covers(person).unwrap(),
            person: self.reader.person(person).unwrap().unwrap(),
        }
    }

    async fn queue(&self, viewer: PersonId) -> Vec<Standing> {
        let viewer = self.viewer(viewer);
        let page = self.actors.queue(&ask(&viewer)).await.unwrap();
        assert_eq!(page.total as usize, page.standings.len());
        page.standings
    }

    async fn rooms_in_queue(&self, viewer: PersonId) -> Vec<ConversationId> {
        let standings = self.queue(viewer).await;
        standings.iter().map(|standing| standing.conversation).collect()
    }

    /// As somebody would find it who comes to this node first.
    fn gathered_anew(&self, viewer: PersonId) -> Vec<Standing> {
        let queue = Queue::default();
        queue.gather(&self.reader).unwrap();
        let viewer = self.viewer(viewer);
        queue.look(|index| index.page(&ask(&viewer))).unwrap().standings
    }

    pub(super) async fn begin_knee(&self) {
        let knee = new(KNEE, Kind::Patient { patient: MARIA }, &[]);
        self.does(NURSE, Command::CreateConversation(Box::new(knee))).await;
    }
}

/// Waits for a frame of the queue.
async fn told(device: &Device, expected: &str) {
    within(async {
        loop {
            if device.latest().await.iter().any(|frame| frame == expected) {
                return;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
}

async fn watching(house: &House, person: PersonId) -> Device {
    let device = house.attach(person).await;
    house.actors.gather_queue().await.unwrap();
    device.connected().watch_queue(true);
    device
}

#[tokio::test]
async fn the_newest_words_stand_first_and_what_waits_says_since_when() {
    let house = House::open().await;
    house.begin_knee().await;
    house.settle().await;
    assert_eq!(house.rooms_in_queue(NURSE).await, [KNEE, GENERAL], "as they began");
    house.does(MARIA, send(GENERAL, "my knee")).await;
    house.world.advance_ms(5_000);
    house.does(MARIA, send(GENERAL, "hello?")).await;
    house.does(NURSE, note(KNEE, "for us")).await;
    house.settle().await;
    let standings = house.queue(NURSE).await;
    assert_eq!(
        house.rooms_in_queue(NURSE).await,
        [GENERAL, KNEE],
        "a note moves nothing"
    );
    let first = house.reader.event(GENERAL, 2).unwrap().unwrap();
    assert_eq!(
        standings[0].waiting_since_ms,
        Some(first.at_ms),
        "since the first of both"
    );
    assert_eq!(standings[0].party, Party::Pool(Role::FrontDesk));
    house.does(PHYSICIAN, send(GENERAL, "come in")).await;
    house.settle().await;
    assert_eq!(house.queue(NURSE).await[0].waiting_since_ms, None);
    house.close().await;
}

#[tokio::test]
async fn kept_up_it_is_as_if_gathered_anew() {
    let house = House::open().await;
    assert_eq!(house.queue(NURSE).await, house.gathered_anew(NURSE));
    house.begin_knee().await;
    let steps = [
        (MARIA, send(KNEE, "one")),
        (NURSE, care(KNEE, take())),
        (MARIA, send(GENERAL, "two")),
        (MARIA, send(GENERAL, "three")),
        (
            NURSE,
            care(
                KNEE,
                CareStep::HandOver {
                    to: PHYSICIAN,
                    minutes: 5,
                },
            ),
        ),
        (PHYSICIAN, care(KNEE, CareStep::Accept)),
        (PHYSICIAN, send(KNEE, "done")),
        (PHYSICIAN, care(KNEE, CareStep::Resolve)),
        (MARIA, send(KNEE, "not yet")),
        (NURSE, care(GENERAL, CareStep::Close)),
    ];
    for (person, command) in steps {
        house.does(person, command).await;
        house.settle().await;
        assert_eq!(house.queue(NURSE).await, house.gathered_anew(NURSE));
    }
    let suspended = AccountState::Suspended;
    let suspend = Command::ChangeAccountState {
        person: PHYSICIAN,
        state: suspended,
    };
    house.does(ADMINISTRATOR, suspend).await;
    house.settle().await;
    let standings = house.queue(NURSE).await;
    assert_eq!(standings, house.gathered_anew(NURSE));
    assert_eq!(
        (standings[0].party, standings[0].stage),
        (Party::Pool(Role::FrontDesk), Stage::Open)
    );
    house.does(NURSE, Command::Archive { conversation: KNEE }).await;
    house.settle().await;
    assert_eq!(
        house.rooms_in_queue(NURSE).await,
        [GENERAL],
        "what was put away is not in it"
    );
    house.close().await;
}

#[tokio::test]
async fn a_page_ends_where_the_next_begins() {
    let house = House::open().await;
    let rooms: Vec<_> = (0xB0..0xB7).map(ConversationId).collect();
    for room in &rooms {
        let topic = new(*room, Kind::Patient { patient: MARIA }, &[]);
        house.does(NURSE, Command::CreateConversation(Box::new(topic))).await;
    }
    house.settle().await;
    let viewer = house.viewer(NURSE);
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = Ask {
            after,
            limit: 3,
            ..ask(&viewer)
        };
        let page = house.actors.queue(&page).await.unwrap();
        assert_eq!(page.total, 8);
        found.extend(page.standings.iter().map(|standing| standing.conversation));
        after = page.next_after;
        if after.is_none() {
            break;
        }
    }
    let mut expected: Vec<_> = rooms.into_iter().rev().collect();
    expected.push(GENERAL);
    assert_eq!(found, expected, "each once, newest first");
    house.close().await;
}

#[tokio::test]
async fn who_may_not_read_a_conversation_does_not_find_it_and_is_told_nothing() {
    let house = House::open().await;
    let (nurse, clerk) = (watching(&house, NURSE).await, watching(&house, CLERK).await);
    assert!(
        house.rooms_in_queue(CLERK).await.is_empty(),
        "neither care team nor queue"
    );
    house.does(PHYSICIAN, care(GENERAL, take())).await;
    told(&nurse, "queue a0 3 Open answered").await;
    house.settle().await;
    assert!(clerk.latest().await.iter().all(|frame| !frame.starts_with("queue")));
    let roles = [Role::FrontDesk, Role::OrganizationQueue].into_iter().collect();
    house
        .does(ADMINISTRATOR, Command::ChangeRoles { person: CLERK, roles })
        .await;
    house.settle().await;
    assert_eq!(house.rooms_in_queue(CLERK).await, [GENERAL]);
    house.does(MARIA, send(GENERAL, "anybody?")).await;
    told(&clerk, "queue a0 3 Open waits").await;
    house.close().await;
}

#[tokio::test]
async fn when_the_right_ends_the_view_ends() {
    let house = House::open().await;
    let both = [Role::FrontDesk, Role::OrganizationQueue].into_iter().collect();
    house
        .does(
            ADMINISTRATOR,
            Command::ChangeRoles {
                person: CLERK,
                roles: both,
            },
        )
        .await;
    house.settle().await;
    let clerk = watching(&house, CLERK).await;
    // They still work with patients: it is the queue that they lose.
    let roles = [Role::FrontDesk].into_iter().collect();
    house
        .does(ADMINISTRATOR, Command::ChangeRoles { person: CLERK, roles })
        .await;
    told(&clerk, "queue closed").await;
    assert!(!clerk.connected().watches_queue());
    house.close().await;
}

#[tokio::test]
async fn who_cares_for_the_patient_no_longer_is_shown_nothing_more() {
    let house = House::open().await;
    let nurse = watching(&house, NURSE).await;
    let care_team = vec![PHYSICIAN];
    house
        .does(
            ADMINISTRATOR,
            Command::ChangeCareTeam {
                person: MARIA,
                care_team,
            },
        )
        .await;
    told(&nurse, "queue closed").await;
    house.close().await;
}

#[tokio::test]
async fn who_does_not_take_it_is_cut_and_looks_again() {
    let house = House::open().await;
    let nurse = watching(&house, NURSE).await;
    let filler = crate::frame::Frame::from_static(&[0; 1_024]);
    for number in 0..limits::OUTBOX_SIZE_BYTES_MAX / 2_048 {
        nurse.connected().outbox.push_event(number as u64, &filler);
    }
    house.does(PHYSICIAN, care(GENERAL, take())).await;
    within(async {
        while nurse.connected().outbox.farewell() != Some(Farewell::TooSlow) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    house.close().await;
}

#[tokio::test]
async fn what_nobody_accepted_in_time_is_found() {
    let house = House::open().await;
    let minutes = 5;
    house.does(NURSE, care(GENERAL, take())).await;
    house
        .does(NURSE, care(GENERAL, CareStep::HandOver { to: PHYSICIAN, minutes }))
        .await;
    house.settle().await;
    let viewer = house.viewer(NURSE);
    let asked_at_ms = house.queue(NURSE).await[0].offer.unwrap().at_ms;
    let found = async |hand_over, minutes: u64| {
        let now_ms = asked_at_ms + minutes * 60_000;
        let ask = Ask {
            hand_over,
            now_ms,
            ..ask(&viewer)
        };
        house.actors.queue(&ask).await.unwrap().total
    };
    assert_eq!(
        (found(HandOverIs::Pending, 4).await, found(HandOverIs::Late, 4).await),
        (1, 0)
    );
    assert_eq!(
        (found(HandOverIs::Pending, 5).await, found(HandOverIs::Late, 5).await),
        (0, 1)
    );
    house.does(PHYSICIAN, care(GENERAL, CareStep::Decline)).await;
    house.settle().await;
    assert_eq!(
        (found(HandOverIs::Pending, 4).await, found(HandOverIs::Late, 5).await),
        (0, 0)
    );
    house.close().await;
}

#[tokio::test]
async fn a_fallen_teller_is_stood_up_and_tells_the_rest() {
    let house = House::open().await;
    let nurse = watching(&house, NURSE).await;
    let teller = house.actors.rooms().queue.teller().unwrap();
    teller.cast(QueueMessage::Crash).unwrap();
    within(async {
        while house.actors.rooms().queue.teller().unwrap().get_id() == teller.get_id() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    house.does(PHYSICIAN, care(GENERAL, take())).await;
    told(&nurse, "queue a0 3 Open answered").await;
    house.close().await;
}
