//! What is due is proposed by who leads, done once, and told to those whom it concerns.

use super::house::{CLERK, Device, GENERAL, House, MARIA, NURSE, PHYSICIAN, send, within};
use corridor_domain::care::CareStep;
use corridor_domain::command::Command;
use corridor_domain::conversation::History;
use corridor_domain::coverage::{CoverageStage, NewCoverage};
use corridor_domain::ids::CoverageId;
use corridor_domain::private::Private;
use corridor_storage::world::World as _;
use std::sync::atomic::Ordering;

const LEAVE: CoverageId = CoverageId(0xC0);
const HOUR_MS: u64 = 60 * 60 * 1_000;

impl House {
    /// The clerk covers for the physician, from and until so long from now.
    async fn leave(&self, from_ms: u64, until_ms: u64) {
        let now_ms = self.world.now_ms();
        let coverage = NewCoverage {
            id: LEAVE,
            covered: PHYSICIAN,
            covering: CLERK,
            from_ms: now_ms + from_ms,
            until_ms: now_ms + until_ms,
            reason: Private::from("leave"),
        };
        let coverage = Box::new(coverage);
        self.does(PHYSICIAN, Command::GrantCoverage { coverage }).await;
    }

    fn stage(&self) -> CoverageStage {
        self.reader.coverage(LEAVE).unwrap().unwrap().stage
    }

    async fn comes_to(&self, stage: CoverageStage) {
        within(async {
            while self.stage() != stage {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

async fn told(device: &Device, expected: &str) {
    within(async {
        while !device.latest().await.iter().any(|frame| frame == expected) {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn it_begins_and_ends_by_itself_and_both_are_told() {
    let house = House::open().await;
    let (physician, clerk, nurse) = (
        house.attach(PHYSICIAN).await,
        house.attach(CLERK).await,
        house.attach(NURSE).await,
    );
    house.leave(HOUR_MS, 3 * HOUR_MS).await;
    told(&clerk, "coverage 4 for 3 Planned").await;
    assert!(house.actors.has_timers().unwrap());
    house.world.advance_ms(HOUR_MS);
    house.comes_to(CoverageStage::Running).await;
    told(&physician, "coverage 4 for 3 Running").await;
    told(&clerk, "coverage 4 for 3 Running").await;

    house
        .does(
            CLERK,
            Command::AddMember {
                conversation: GENERAL,
                person: CLERK,
                history: History::Full,
            },
        )
        .await;
    let step = CareStep::Take { from: None };
    let conversation = GENERAL;
    house.does(PHYSICIAN, Command::Care { conversation, step }).await;
    let step = CareStep::Take { from: Some(PHYSICIAN) };
    house.does(CLERK, Command::Care { conversation, step }).await;
    house.world.advance_ms(2 * HOUR_MS);
    house.comes_to(CoverageStage::Over).await;
    told(&clerk, "coverage 4 for 3 Over").await;
    assert_eq!(house.reader.care(GENERAL).unwrap().unwrap().holder, Some(PHYSICIAN));
    // From then on an open device gets nothing.
    house.settle().await;
    clerk.events().await;
    house.does(MARIA, send(GENERAL, "is he back?")).await;
    house.settle().await;
    assert_eq!(clerk.events().await, Vec::<String>::new());
    assert!(!house.actors.has_timers().unwrap());
    let of_coverage = |frame: &String| frame.starts_with("coverage");
    assert!(
        !nurse.latest().await.iter().any(of_coverage),
        "it is nobody else's business"
    );
    house.close().await;
}

#[tokio::test]
async fn the_queue_of_who_covers_is_closed_so_that_they_look_anew() {
    let house = House::open().await;
    let clerk = house.attach(CLERK).await;
    house.actors.gather_queue().await.unwrap();
    for elapsed_ms in [0, HOUR_MS] {
        clerk.connected().watch_queue(true);
        match elapsed_ms {
            0 => house.leave(0, HOUR_MS).await,
            elapsed_ms => house.world.advance_ms(elapsed_ms),
        }
        told(&clerk, "queue closed").await;
    }
    house.close().await;
}

#[tokio::test]
async fn who_does_not_lead_proposes_nothing() {
    let house = House::open().await;
    house.leads.store(false, Ordering::Release);
    house.leave(HOUR_MS, 2 * HOUR_MS).await;
    let before = house.reader.progress().unwrap().revision;
    house.world.advance_ms(3 * HOUR_MS);
    let agenda = house.actors.rooms().agenda().unwrap();
    // Asked twice: the answer to the second comes after the first look was over.
    for _ in 0..2 {
        within(async { ractor::call!(agenda, crate::agenda::Look::Now).unwrap() }).await;
    }
    assert_eq!(house.reader.progress().unwrap().revision, before);
    house.leads.store(true, Ordering::Release);
    house.comes_to(CoverageStage::Over).await;
    house.close().await;
}

#[tokio::test]
async fn an_agenda_that_fell_is_stood_up() {
    let house = House::open().await;
    let agenda = house.actors.rooms().agenda().unwrap();
    agenda.cast(crate::agenda::Look::Crash).unwrap();
    within(async {
        while house.actors.rooms().agenda().unwrap().get_id() == agenda.get_id() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    house.leave(0, HOUR_MS).await;
    house.world.advance_ms(HOUR_MS);
    house.comes_to(CoverageStage::Over).await;
    house.close().await;
}
