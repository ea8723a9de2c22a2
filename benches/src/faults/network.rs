//! Three machines on one wire: a network namespace for each, joined by a bridge in the namespace of this process, in which the
//! clients are. What goes wrong on the wire are rules in the namespaces of the nodes. Knows no node.

use crate::failure::Outcome;
use crate::system::{run, run_in_passing, run_with_input};
use std::net::Ipv4Addr;

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
