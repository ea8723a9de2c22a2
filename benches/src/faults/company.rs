//! Who is in a run: people, their rooms, who sends in which, who is a guest, who may read the record; and the first lines of the
//! history. Refuses to know what they do.

use super::traffic::{Beginning, Gate, Scene, now_us};
use crate::cluster::{Cluster, NODES};
use crate::device::Endpoint;
use crate::failure::{Context, Outcome};
use corridor_judge::history::{self, FORMAT, History, What};
use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Who is in the rooms, and one who is in none. With a guest there is one more, and one room more.
const PEOPLE: u32 = 6;
const STRANGERS: u32 = 1;
const ROOMS: u32 = 4;
const MEMBERS_OF_A_ROOM: u32 = 3;
/// How long the nodes may take to get equal before anybody listens.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How much goes on.
#[derive(Debug, Clone, Copy)]
pub struct Company {
    /// There is a guest, senders look at their rooms, and the audit record is read at the end.
    is_whole: bool,
    /// How often each member of a room is a sender in it.
    senders_each: u32,
    /// Between an answer and the next message of a sender.
    thinking: Duration,
}

impl Company {
    /// Those of `faults`.
    pub const WHOLE: Self = Self {
        is_whole: true,
        senders_each: 2,
        thinking: Duration::from_millis(10),
    };
    /// Those of `failover`: they write and listen.
    pub const SMALL: Self = Self {
        is_whole: false,
        senders_each: 1,
        thinking: Duration::from_millis(15),
    };

    /// People, rooms, and the first lines of the history.
    pub async fn open(self, cluster: &Cluster, path: &Path, seed: u64) -> Outcome<Rc<Scene>> {
        let guests = u32::from(self.is_whole);
        let people = cluster.people((PEOPLE + STRANGERS + guests) as usize, |_| ()).await?;
        let mut rooms = Vec::new();
        let mut senders = Vec::new();
        for room in 0..ROOMS + guests {
            let members: Vec<u32> = (0..MEMBERS_OF_A_ROOM)
                .map(|member| (room + member * 2) % PEOPLE)
                .collect();
            for _ in 0..self.senders_each {
                senders.extend(members.iter().map(|person| (*person, room)));
            }
            rooms.push(cluster.room(&people, &members).await?);
        }
        let guest = PEOPLE + STRANGERS;
        let gate = people.get(guest as usize).map(|person| Gate {
            room: ROOMS,
            device: guest,
            person_id: person.id.clone(),
            is_in: Cell::new(false),
        });
        let officer = match self.is_whole {
            true => Some(cluster.person("officer", "compliance_officer").await?.token),
            false => None,
        };
        let mut history = History::create(path)?;
        let run = What::Run {
            format: FORMAT,
            seed,
            nodes: u32::try_from(NODES).unwrap_or(u32::MAX),
            senders: senders.iter().map(|(_, room)| *room).collect(),
            rooms: rooms
                .iter()
                .map(|room| history::Room {
                    id: room.id.clone(),
                    first_seq: room.last_seq + 1,
                    devices: room.members.clone(),
                })
                .collect(),
        };
        history.note(now_us(), run);
        if let Some(Gate { room, device, .. }) = gate {
            history.note(now_us(), What::Guest { room, device });
        }
        let endpoints: Outcome<Vec<Endpoint>> = (0..NODES).map(|node| cluster.endpoint(node)).collect();
        // A device that begins at a node which lags would be told of what was before.
        timeout(PATIENCE, async {
            while !cluster.is_well().await {
                sleep(LOOK_AGAIN).await;
            }
        })
        .await
        .context("the nodes do not get equal")?;
        Ok(Scene::new(Beginning {
            history,
            nodes: endpoints?,
            tokens: people.into_iter().map(|person| person.token).collect(),
            rooms,
            senders,
            thinking: self.thinking,
            gate,
            officer,
        }))
    }
}
