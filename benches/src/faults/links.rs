//! Packets between the nodes that are held back: all of them for a while, or some of them, so that others overtake them. A small
//! program (`native/relay.c`) for each node does it, behind a TUN device in the node's namespace. Knows the wire and no node.

use super::network::{DETOUR, Network};
use crate::chance::Chance;
use crate::failure::{Context, Failure, Outcome};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

/// How long a program may take to say something.
const PATIENCE: Duration = Duration::from_secs(10);

/// How packets are held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manner {
    /// The longest delay of a link; each direction of each link draws its own, from half of this on.
    pub delay: Duration,
    /// Beside that, each packet draws up to so much.
    pub jitter: Duration,
    /// So many of a hundred packets are held, the others go on at once.
    pub held_percent: u64,
    /// Who was sent later does not arrive earlier.
    pub keeps_order: bool,
    /// So many of a hundred packets go on twice.
    pub twice_percent: u64,
}

/// What was done to the packets of all nodes together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Done {
    /// Went on.
    pub passed: u64,
    /// Of these, were held.
    pub held: u64,
    /// Of these, were overtaken by one that was sent later.
    pub overtaken: u64,
    /// Went on twice.
    pub twice: u64,
    /// Had no room any more.
    pub dropped: u64,
}

/// The programs at work. If they are dropped they end, and so do their devices and what was led there.
pub struct Links(Vec<Relay>);

struct Relay {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Manner {
    /// All packets, in their order, by 25 to 150 ms and up to half as much again.
    pub fn delaying(percent: u64) -> Self {
        let delay = Duration::from_millis(5 * percent);
        Self {
            delay,
            jitter: delay / 2,
            held_percent: 100,
            keeps_order: true,
            twice_percent: 0,
        }
    }

    /// So many of a hundred packets, by 1 to 22 ms, and one of fifty twice.
    pub fn reordering(percent: u64) -> Self {
        Self {
            delay: Duration::from_millis(2),
            jitter: Duration::from_millis(20),
            held_percent: percent,
            keeps_order: false,
            twice_percent: 2,
        }
    }
}

impl Links {
    /// Holds what these many nodes send to each other.
    pub async fn hold(network: &Network, relay: &Path, manner: &Manner, nodes: usize, seed: u64) -> Outcome<Self> {
        let mut chance = Chance::new(seed);
        let mut links = Self(Vec::new());
        for node in 0..nodes {
            let namespace_file = network.namespace_file(node);
            links
                .0
                .push(Relay::begin(&namespace_file, relay, manner, chance.below(1 << 32)).await?);
            network.lead_through_detour(node).await?;
        }
        Ok(links)
    }

    /// Lets go of everything; what is sent from now on goes straight.
    pub async fn release(self) -> Outcome<Done> {
        let mut all = Done::default();
        for relay in self.0 {
            all = all.plus(relay.end().await?);
        }
        Ok(all)
    }
}

impl Relay {
    async fn begin(namespace_file: &str, relay: &Path, manner: &Manner, seed: u64) -> Outcome<Self> {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net={namespace_file}")).arg(relay).arg(DETOUR);
        for number in [
            u128::from(seed),
            manner.delay.as_micros(),
            manner.jitter.as_micros(),
            u128::from(manner.held_percent),
            u128::from(manner.keeps_order),
            u128::from(manner.twice_percent),
        ] {
            command.arg(number.to_string());
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().context("starting the relay")?;
        let output = child.stdout.take().context("the relay says nothing")?;
        let input = child.stdin.take().context("the relay hears nothing")?;
        let mut output = BufReader::new(output).lines();
        match hear(&mut output).await?.as_str() {
            "ready" => Ok(Self { child, input, output }),
            other => Err(Failure::Broken(format!("the relay says {other}"))),
        }
    }

    async fn end(mut self) -> Outcome<Done> {
        drop(self.input);
        let line = hear(&mut self.output).await?;
        let ended = timeout(PATIENCE, self.child.wait()).await;
        ended.context("ending the relay")?.context("ending the relay")?;
        done_of(&line).context(format!("the relay says {line}"))
    }
}

async fn hear(output: &mut Lines<BufReader<ChildStdout>>) -> Outcome<String> {
    let line = timeout(PATIENCE, output.next_line()).await;
    let line = line.context("hearing the relay")?.context("hearing the relay")?;
    line.context("the relay ended without a word")
}

impl Done {
    fn plus(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            held: self.held + other.held,
            overtaken: self.overtaken + other.overtaken,
            twice: self.twice + other.twice,
            dropped: self.dropped + other.dropped,
        }
    }
}

/// The relay's last line.
fn done_of(line: &str) -> Option<Done> {
    let mut done = Done::default();
    for part in line.split(", ") {
        let (name, count) = part.split_once(' ')?;
        let count = count.parse().ok()?;
        match name {
            "passed" => done.passed = count,
            "held" => done.held = count,
            "overtaken" => done.overtaken = count,
            "twice" => done.twice = count,
            "dropped" => done.dropped = count,
            _ => return None,
        }
    }
    Some(done)
}

#[cfg(test)]
mod tests {
    use super::{Done, done_of};

    #[test]
    fn the_last_line_is_read() {
        let done = done_of("passed 9, held 5, overtaken 3, twice 1, dropped 0");
        let expected = Done {
            passed: 9,
            held: 5,
            overtaken: 3,
            twice: 1,
            dropped: 0,
        };
        assert_eq!(done, Some(expected));
        assert_eq!(expected.plus(expected).overtaken, 6);
        assert_eq!(done_of("passed x"), None);
        assert_eq!(done_of("ready"), None);
    }
}
