//! Carries what nodes tell each other of the living: to every other member of the group, and in from them.
//!
//! Stands between the actors' mouth and ears and the way to the other nodes. Nobody waits for it: what a neighbour does not take in
//! time, and what this node cannot hear fast enough, is left out, and the next telling of everything makes it good.

use super::members::GroupMembers;
use super::telling;
use bytes::Bytes;
use corridor_actors::gossip::{Gossip, Telling};
use corridor_cluster::Member;
use corridor_cluster::peers::{Kind, NodeId, PeerLink, Request};
use corridor_domain::limits;
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{MissedTickBehavior, interval, sleep};

/// What another node told, and which.
type Told = (NodeId, Telling);

/// The way between this node's gossip and the others'.
pub struct Carrier {
    members: Arc<GroupMembers>,
    link: Arc<dyn PeerLink>,
    told: mpsc::Sender<Told>,
    /// Taken by the one who hears.
    hears: Mutex<Option<mpsc::Receiver<Told>>>,
}

impl Carrier {
    /// To these members, over this link.
    pub fn new(members: Arc<GroupMembers>, link: Arc<dyn PeerLink>) -> Self {
        let (told, hears) = mpsc::channel(limits::GOSSIP_WAITING_COUNT_MAX);
        Self {
            members,
            link,
            told,
            hears: Mutex::new(Some(hears)),
        }
    }

    /// Takes a telling of another node, if it is still one of the members. Does not wait.
    pub fn take(&self, from: NodeId, body: &[u8]) -> io::Result<Bytes> {
        let telling = telling::decode(body)?;
        if !self.members.includes(from) {
            return Err(io::Error::other("this node does not know the teller as a member"));
        }
        let heard = self.told.try_send((from, telling));
        heard
            .map(|()| Bytes::new())
            .map_err(|_| io::Error::other("this node has not heard the last tellings yet"))
    }

    /// For as long as it is polled: tells the others what is new here, and hears them.
    pub async fn carry(&self, gossip: Gossip) {
        let hears = self.hears.lock().unwrap_or_else(PoisonError::into_inner).take();
        match hears {
            Some(hears) => tokio::join!(self.tell(&gossip), hear(&gossip, hears)).0,
            None => self.tell(&gossip).await,
        }
    }

    async fn tell(&self, gossip: &Gossip) {
        let mut places = HashMap::new();
        let mut due = interval(Duration::from_millis(limits::GOSSIP_INTERVAL_MS));
        due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let tellings = tokio::select! {
                biased;
                _ = due.tick() => gossip.tell_all(),
                () = gossip.changed() => {
                    sleep(Duration::from_millis(limits::GOSSIP_GATHER_MS)).await;
                    gossip.tell_changes()
                }
            };
            let tellings: Vec<_> = tellings.iter().map(telling::encode).collect();
            self.send(&tellings, &mut places);
        }
    }

    /// A neighbour that does not answer has only so many places: gossip must not take the room of the log.
    fn send(&self, tellings: &[Bytes], places: &mut HashMap<NodeId, Arc<Semaphore>>) {
        let others = self.members.others();
        places.retain(|node, _| others.iter().any(|other| other.node == *node));
        for Member { node, address, .. } in others {
            let free = places
                .entry(node)
                .or_insert_with(|| Arc::new(Semaphore::new(limits::GOSSIP_IN_FLIGHT_COUNT_MAX)));
            for body in tellings {
                let Ok(place) = Arc::clone(free).try_acquire_owned() else {
                    break;
                };
                let request = Request {
                    group: self.members.group,
                    kind: Kind::Gossip,
                    body: body.clone(),
                };
                let patience = Duration::from_millis(limits::GOSSIP_TIMEOUT_MS);
                let answer = self.link.call(node, &address, request, patience);
                tokio::spawn(async move {
                    if let Err(error) = answer.await {
                        tracing::debug!(node, %error, "a node did not take what it was told");
                    }
                    drop(place);
                });
            }
        }
    }
}

async fn hear(gossip: &Gossip, mut hears: mpsc::Receiver<Told>) {
    let mut looks = interval(Duration::from_millis(limits::GOSSIP_LOOK_INTERVAL_MS));
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            // First what came: after a pause of this node nobody else was silent.
            biased;
            Some((node, telling)) = hears.recv() => gossip.hear(node, telling).await,
            _ = looks.tick() => gossip.look().await,
        }
    }
}
