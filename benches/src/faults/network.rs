//! Three machines on one wire: a network namespace for each, joined by a bridge in the namespace of this process, in which the
//! clients are. What goes wrong on the wire are rules in the namespaces of the nodes. Knows no node.

use crate::failure::Outcome;
use crate::system::{run, run_in_passing, run_with_input};
use std::net::Ipv4Addr;

/// The device through which packets between nodes are led while they are held back; it is there only then.
pub const DETOUR: &str = "detour";
/// How packets that come out of it go on. Before the machine's own routes, which have 32766.
const DETOUR_TABLE: &str = "77";

/// The wire. Everything is taken away when it is dropped.
pub struct Network {
    process: u32,
    nodes: usize,
}

impl Network {
    /// So many namespaces. Their names carry the number of this process, and so do their addresses.
    pub async fn new(nodes: usize) -> Outcome<Self> {
        let network = Self {
            process: std::process::id(),
            nodes,
        };
        network.lay().await?;
        Ok(network)
    }

    async fn lay(&self) -> Outcome<()> {
        let bridge = self.bridge();
        run(&["ip", "link", "add", &bridge, "type", "bridge"]).await?;
        let here = format!("{}/24", self.host(254));
        run(&["ip", "address", "add", &here, "dev", &bridge]).await?;
        run(&["ip", "link", "set", &bridge, "up"]).await?;
        for node in 0..self.nodes {
            let name = self.namespace(node);
            let (outer, inner) = (
                format!("cv{}n{node}", self.process),
                format!("cw{}n{node}", self.process),
            );
            run(&["ip", "netns", "add", &name]).await?;
            run(&[
                "ip", "link", "add", &outer, "type", "veth", "peer", "name", &inner, "netns", &name,
            ])
            .await?;
            run(&["ip", "link", "set", &outer, "master", &bridge, "up"]).await?;
            let address = format!("{}/24", self.address(node));
            run(&["ip", "-n", &name, "address", "add", &address, "dev", &inner]).await?;
            run(&["ip", "-n", &name, "link", "set", &inner, "up"]).await?;
            run(&["ip", "-n", &name, "link", "set", "lo", "up"]).await?;
            let straight = ["dev", &inner, "table", DETOUR_TABLE];
            let wire = format!("{}/24", self.host(0));
            run(&[&["ip", "-n", &name, "route", "add", &wire][..], &straight].concat()).await?;
            let from_detour = ["pref", DETOUR_TABLE, "iif", DETOUR, "lookup", DETOUR_TABLE];
            run(&[&["ip", "-n", &name, "rule", "add"][..], &from_detour].concat()).await?;
        }
        Ok(())
    }

    fn bridge(&self) -> String {
        format!("cb{}", self.process)
    }

    /// The name of a node's namespace.
    pub fn namespace(&self, node: usize) -> String {
        format!("corridor-{}-{node}", self.process)
    }

    /// Where that namespace is, as a file.
    pub fn namespace_file(&self, node: usize) -> String {
        format!("/run/netns/{}", self.namespace(node))
    }

    fn host(&self, last: u8) -> Ipv4Addr {
        let [.., high, low] = (self.process % 32_000).to_be_bytes();
        Ipv4Addr::new(10, 64 + high, low, last)
    }

    /// The address of a node.
    pub fn address(&self, node: usize) -> Ipv4Addr {
        self.host(u8::try_from(node + 1).unwrap_or(u8::MAX))
    }

    /// Puts these rules in the place of those before; each stands in the chain `input` or `output` of a node's namespace.
    pub async fn rule(&self, node: usize, input: &[String], output: &[String]) -> Outcome<()> {
        let chain = |name: &str, rules: &[String]| {
            let rules = rules.join("\n");
            format!("chain {name} {{ type filter hook {name} priority 0; policy accept;\n{rules}\n}}\n")
        };
        let table = format!(
            "table inet faults\ndelete table inet faults\ntable inet faults {{\n{}{}}}\n",
            chain("input", input),
            chain("output", output)
        );
        let namespace = self.namespace(node);
        let words = ["ip", "netns", "exec", &namespace, "nft", "-f", "-"];
        run_with_input(&words, &table).await.map(drop)
    }

    fn drops_from_others(&self, node: usize) -> Vec<String> {
        let others = (0..self.nodes).filter(|other| *other != node);
        others
            .map(|other| format!("ip saddr {} drop", self.address(other)))
            .collect()
    }

    fn drops_to_others(&self, node: usize) -> Vec<String> {
        let others = (0..self.nodes).filter(|other| *other != node);
        others
            .map(|other| format!("ip daddr {} drop", self.address(other)))
            .collect()
    }

    /// A node hears no other node, and no other hears it.
    pub async fn cut(&self, node: usize) -> Outcome<()> {
        self.rule(node, &self.drops_from_others(node), &self.drops_to_others(node))
            .await
    }

    /// A node hears no other node.
    pub async fn deafen(&self, node: usize) -> Outcome<()> {
        self.rule(node, &self.drops_from_others(node), &[]).await
    }

    /// No other node hears a node.
    pub async fn mute(&self, node: usize) -> Outcome<()> {
        self.rule(node, &[], &self.drops_to_others(node)).await
    }

    /// Two nodes do not hear each other.
    pub async fn part(&self, node: usize, other: usize) -> Outcome<()> {
        let other = self.address(other);
        let [input, output] = [format!("ip saddr {other} drop"), format!("ip daddr {other} drop")];
        self.rule(node, &[input], &[output]).await
    }

    /// So many of a hundred packets between the nodes are lost.
    pub async fn lose(&self, percent: u64) -> Outcome<()> {
        for node in 0..self.nodes {
            let others = (0..self.nodes).filter(|other| *other != node);
            let lose = |other| {
                let address = self.address(other);
                format!("ip saddr {address} numgen random mod 100 < {percent} drop")
            };
            let input: Vec<String> = others.map(lose).collect();
            self.rule(node, &input, &[]).await?;
        }
        Ok(())
    }

    /// A node answers every TCP packet with a reset.
    pub async fn reset(&self, node: usize) -> Outcome<()> {
        let rule = "iifname != \"lo\" meta l4proto tcp reject with tcp reset".to_owned();
        self.rule(node, &[rule], &[]).await
    }

    /// Leads what a node sends to the other nodes through [`DETOUR`], which stands in its namespace. The routes go when it goes.
    pub async fn lead_through_detour(&self, node: usize) -> Outcome<()> {
        let (name, here) = (self.namespace(node), self.address(node).to_string());
        // What comes out of it is from this node itself, and is to be sent on.
        let settings = [
            ("ip_forward", "1"),
            ("conf/all/rp_filter", "0"),
            (&format!("conf/{DETOUR}/rp_filter"), "0"),
            (&format!("conf/{DETOUR}/accept_local"), "1"),
        ];
        let line = |(file, value): (&str, &str)| format!("echo {value} > /proc/sys/net/ipv4/{file}");
        let script = settings.map(line).join(" && ");
        let net = format!("--net={}", self.namespace_file(node));
        run(&["nsenter", &net, "sh", "-c", &script]).await?;
        run(&["ip", "-n", &name, "link", "set", DETOUR, "up"]).await?;
        for other in (0..self.nodes).filter(|other| *other != node) {
            let there = format!("{}/32", self.address(other));
            run(&["ip", "-n", &name, "route", "add", &there, "dev", DETOUR, "src", &here]).await?;
        }
        Ok(())
    }

    /// No rules any more, anywhere.
    pub async fn heal(&self) -> Outcome<()> {
        for node in 0..self.nodes {
            self.rule(node, &[], &[]).await?;
        }
        Ok(())
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for node in 0..self.nodes {
            run_in_passing(&["ip", "netns", "delete", &self.namespace(node)]);
        }
        run_in_passing(&["ip", "link", "delete", &self.bridge()]);
    }
}
