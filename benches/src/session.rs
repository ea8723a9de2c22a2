//! A load on a clinic: its sockets as tasks, windows of measurement, the wait until everything has arrived. Knows no bar.

use crate::clinic::Clinic;
use crate::clock;
use crate::device::{self, Endpoint};
use crate::failure::{Context, Failure, Outcome};
use crate::load::{Load, Order, Shared};
use crate::machine;
use crate::measure::Window;
use crate::node::Node;
use crate::pacing::Pace;
use crate::progress::Progress;
use corridor_judge::checker::Findings;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// Between two looks at the load.
const LOOK_AGAIN: Duration = Duration::from_millis(5);
/// Between two sends of what is due: the resolution of the timer.
const TICK: Duration = Duration::from_millis(1);
/// How long sockets may take to be there, and messages to arrive. Who is later counts as lost.
const PATIENCE: Duration = Duration::from_secs(60);
/// Connections made at the same time while a run is set up.
const CONNECTIONS_AT_ONCE: usize = 64;
const COUNTER_OF_SYNCS: &str = "corridor_log_syncs_total";

/// What the system takes for a socket that is meant to stall: otherwise its buffers hold minutes of a room.
const NARROW_RECEIVE_BUFFER_SIZE_BYTES: u32 = 4_096;

/// A load and the clinic it is put on.
pub struct Session<'a> {
    /// The clinic.
    pub clinic: &'a Clinic,
    /// What the sockets share.
    pub load: Shared,
    progress: &'a Progress,
    /// One of each node.
    endpoints: Vec<Rc<Endpoint>>,
    narrow_endpoint: Rc<Endpoint>,
    sockets: JoinSet<Outcome<()>>,
}

impl<'a> Session<'a> {
    /// No sockets yet. With `all_at_once` nobody waits for others to connect.
    pub fn new(clinic: &'a Clinic, progress: &'a Progress, all_at_once: bool) -> Outcome<Self> {
        let at_once = if all_at_once {
            usize::MAX >> 3
        } else {
            CONNECTIONS_AT_ONCE
        };
        let endpoint = |node: &Node| Endpoint::new(node.address, clinic.certificate.as_deref(), at_once);
        let endpoints: Outcome<Vec<Endpoint>> = clinic.nodes().map(endpoint).collect();
        let narrow_endpoint = endpoint(&clinic.node)?.with_receive_buffer(NARROW_RECEIVE_BUFFER_SIZE_BYTES);
        Ok(Self {
            clinic,
            load: Rc::new(RefCell::new(Load::new()?)),
            progress,
            endpoints: endpoints?.into_iter().map(Rc::new).collect(),
            narrow_endpoint: Rc::new(narrow_endpoint),
            sockets: JoinSet::new(),
        })
    }

    /// One more device of that person. It connects at once; of several nodes, to the next in turn.
    pub fn add_device(&mut self, person: usize) -> u32 {
        let node = self.load.borrow().devices.len() % self.endpoints.len();
        self.add_device_at(person, Rc::clone(&self.endpoints[node]))
    }

    /// The same, with small buffers: it is soon full when it does not read.
    pub fn add_narrow_device(&mut self, person: usize) -> u32 {
        self.add_device_at(person, Rc::clone(&self.narrow_endpoint))
    }

    fn add_device_at(&mut self, person: usize, endpoint: Rc<Endpoint>) -> u32 {
        let device = self.load.borrow_mut().add_device();
        let token = self.clinic.people[person].token.clone();
        let load = Rc::clone(&self.load);
        self.sockets.spawn_local(device::run(load, device, endpoint, token));
        device
    }

    /// A socket that ended by itself ends the run.
    fn check_sockets(&mut self) -> Outcome<()> {
        while let Some(ended) = self.sockets.try_join_next() {
            ended.context("a socket's task")??;
        }
        Ok(())
    }

    /// Looks again and again until it is so; false if it never was.
    pub async fn until(&mut self, patience: Duration, is_so: impl Fn(&Load) -> bool) -> Outcome<bool> {
        let begun_ns = clock::now_ns();
        while !is_so(&self.load.borrow()) {
            self.check_sockets()?;
            if clock::seconds(begun_ns, clock::now_ns()) > patience.as_secs_f64() {
                return Ok(false);
            }
            sleep(LOOK_AGAIN).await;
        }
        Ok(true)
    }

    /// Waits until no frame came for a while.
    pub async fn until_quiet(&mut self, quiet: Duration) -> Outcome<()> {
        let begun_ns = clock::now_ns();
        loop {
            let frames = self.load.borrow().frames;
            self.pass("waiting until all is quiet", quiet).await?;
            if self.load.borrow().frames == frames {
                return Ok(());
            }
            if clock::seconds(begun_ns, clock::now_ns()) > PATIENCE.as_secs_f64() {
                return Err(Failure::Broken("the sockets do not get quiet".to_owned()));
            }
        }
    }

    /// Lets the lanes fill their conversations; see [`Load::begin_fill`].
    pub async fn fill(&mut self, what: &str, each: u32, at_once: u32) -> Outcome<()> {
        let total = {
            let mut load = self.load.borrow_mut();
            load.begin_fill(each, at_once);
            u64::from(load.lane_count()) * u64::from(each)
        };
        loop {
            let acknowledged = self.load.borrow().acknowledged;
            if acknowledged >= total {
                return Ok(());
            }
            self.progress.show(what, acknowledged as f64 / total as f64);
            self.pass_silently(Duration::from_millis(250)).await?;
            if self.load.borrow().acknowledged == acknowledged && self.load.borrow().live_count() == 0 {
                return Err(Failure::Broken("the node let go of all sockets".to_owned()));
            }
        }
    }

    /// Lets time pass.
    pub async fn pass_silently(&mut self, duration: Duration) -> Outcome<()> {
        self.check_sockets()?;
        sleep(duration).await;
        Ok(())
    }

    /// Waits until every device is caught up.
    pub async fn until_live(&mut self) -> Outcome<()> {
        let wanted = self.load.borrow().devices.len();
        match self.until(PATIENCE, |load| load.live_count() == wanted).await? {
            true => Ok(()),
            false => {
                let load = self.load.borrow();
                let count = load.live_count();
                let errors = &load.measure.errors;
                Err(Failure::Broken(format!(
                    "only {count} of {wanted} sockets were let in: {errors:?}"
                )))
            }
        }
    }

    /// Lets time pass, showing it.
    pub async fn pass(&mut self, what: &str, duration: Duration) -> Outcome<()> {
        let begun_ns = clock::now_ns();
        loop {
            let share = clock::seconds(begun_ns, clock::now_ns()) / duration.as_secs_f64();
            if share >= 1.0 {
                return Ok(());
            }
            self.progress.show(what, share);
            self.check_sockets()?;
            sleep(Duration::from_millis(50).min(duration)).await;
        }
    }

    /// Measures for that long.
    pub async fn window(&mut self, what: &str, duration: Duration) -> Outcome<Window> {
        let before = self.counters().await?;
        self.load.borrow_mut().measure.begin();
        self.pass(what, duration).await?;
        let measure = {
            let mut load = self.load.borrow_mut();
            load.measure.records = false;
            load.measure.clone()
        };
        let after = self.counters().await?;
        Ok(Window {
            seconds: clock::seconds(before.at_ns, after.at_ns),
            measure,
            syncs: after.syncs - before.syncs,
            server_cpu_us: after.server_cpu_us - before.server_cpu_us,
            client_cpu_us: after.client_cpu_us - before.client_cpu_us,
        })
    }

    async fn counters(&self) -> Outcome<Counters> {
        let (mut syncs, mut server_cpu_us) = (0.0, 0.0);
        for node in self.clinic.nodes() {
            syncs += node.figure(COUNTER_OF_SYNCS).await?;
            server_cpu_us += node.cpu_us()?;
        }
        Ok(Counters {
            at_ns: clock::now_ns(),
            syncs,
            server_cpu_us,
            client_cpu_us: machine::cpu_us("self")?,
        })
    }

    /// Sends on these lanes, one after another, so many messages a second together, until dropped.
    pub fn pace(&mut self, lanes: Vec<u32>, per_second: f64) -> Paced {
        let load = Rc::clone(&self.load);
        let mut pace = Pace::new(clock::now_ns(), per_second);
        let task = tokio::task::spawn_local(async move {
            loop {
                while let Some((number, due_ns)) = pace.take(clock::now_ns()) {
                    let lane = lanes[(number % lanes.len() as u64) as usize];
                    load.borrow_mut().send(lane, due_ns);
                }
                sleep(TICK).await;
            }
        });
        Paced(task)
    }

    /// Sends nothing new and waits until everything is acknowledged and has arrived. What has not by then is found as lost.
    pub async fn drain(&mut self) -> Outcome<()> {
        self.load.borrow_mut().end();
        let is_over = |load: &Load| load.outstanding == 0 && load.checker.is_complete();
        self.until(PATIENCE, is_over).await?;
        // What comes too much comes soon.
        self.pass("listening for what is too much", Duration::from_millis(300))
            .await
    }

    /// Judges everything that happened, and lets go of the sockets.
    pub async fn finish(mut self) -> Outcome<Findings> {
        self.drain().await?;
        self.leave().await?;
        let load = self.load.borrow();
        let mut findings = load.checker.findings();
        if load.outstanding > 0 {
            let count = load.outstanding;
            findings.lost += count;
            findings.examples.push(format!("{count} messages never got an answer"));
        }
        self.progress.clear();
        Ok(findings)
    }

    /// Lets go of all sockets.
    async fn leave(&mut self) -> Outcome<()> {
        {
            let mut load = self.load.borrow_mut();
            for device in 0..load.devices.len() as u32 {
                load.order(device, Order::Leave);
            }
        }
        let all = async {
            while let Some(ended) = self.sockets.join_next().await {
                ended.context("a socket's task")??;
            }
            Ok(())
        };
        tokio::time::timeout(PATIENCE, all)
            .await
            .context("letting go of the sockets")?
    }
}

struct Counters {
    at_ns: u64,
    syncs: f64,
    server_cpu_us: f64,
    client_cpu_us: f64,
}

/// Sends at a rate until it is dropped.
pub struct Paced(tokio::task::JoinHandle<()>);

impl Drop for Paced {
    fn drop(&mut self) {
        self.0.abort();
    }
}
