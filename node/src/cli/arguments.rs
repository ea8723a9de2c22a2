//! What may be said to the program. The comments here are its help, read by people who never saw it before.

use clap::{Args, Parser, Subcommand};
use corridor_domain::cluster::FIRST_WORKSPACE_NAME;
use corridor_domain::limits;
use std::net::SocketAddr;
use std::path::PathBuf;

const DEFAULT_CONFIG: &str = "corridor.toml";

const EXAMPLES: &str = "\
Examples:
  corridor                                      a clinic to try, on this machine
  corridor init                                 found your clinic; asks for what it needs
  corridor init --listen 0.0.0.0:8443 --host-name messages.clinic.example
  corridor start                                run it, as ./corridor.toml says
  corridor cluster invite                       one more machine? prints the command for it
  corridor workspace create north …             one more clinic on these machines
  corridor status                               how is it doing?
  corridor person add --as raman --kind staff --name \"Jamie Ortiz\" --role nurse --login jamie
  corridor selftest                             does it keep its word on these machines?
  corridor help person add                      more on a command

Exit codes: 0 done, 1 failed, 2 wrong use. CORRIDOR_LOG sets what is logged, such as `debug` or `warn,corridor_api=debug`.";

const SELFTEST: &str = "\
What it does: it makes a workspace of its own, named selftest-…, with made-up people, who write at all nodes without pause. Meanwhile it
troubles that one workspace: its leader hands over, its group is ended and started again on a node, a node is cut off from the others for
some seconds, all sockets are cut. Then it reads everything back, judges that no message was lost, doubled or out of order, prints one
page, and closes its workspace, also after Ctrl-C.

What it does not touch: the workspaces of clinics and what is in them, other programs, the network. Nodes refuse such troubles for every
workspace whose name does not begin with selftest-.

What it costs: some load while it runs (about 35 messages a second, each on the disks of all nodes), a few megabytes that stay on the
disks, and one of the 1024 workspaces that a cluster can ever have. It runs as the node's account, and needs all nodes to be there.

Exit codes: 0 all held, 1 something did not hold, 2 wrong use, or it could not be run.";

/// Corridor, a clinic's own messenger. Without a command it makes a clinic to try (`corridor demo`).
#[derive(Parser)]
#[command(name = "corridor", version, after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub struct Line {
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Subcommand)]
pub enum Command {
    /// Make a clinic to try, with people and messages in it, and serve it on this machine
    Demo(DemoArguments),
    /// Found a clinic: configuration, data folder, certificate, first administrator
    Init(InitArguments),
    /// Make this machine one more node of a clinic that runs elsewhere
    Join(JoinArguments),
    /// Run a node, until Ctrl-C or SIGTERM
    Start {
        /// The configuration that `corridor init` wrote
        #[arg(long, value_name = "FILE", default_value = DEFAULT_CONFIG)]
        config: PathBuf,
    },
    /// People of the clinic, by way of the node that runs on this machine
    #[command(subcommand)]
    Person(PersonCommand),
    /// The machines that run the clinic together, by way of the node on this one
    #[command(subcommand)]
    Cluster(ClusterCommand),
    /// Clinics that share these machines and nothing else
    #[command(subcommand)]
    Workspace(WorkspaceCommand),
    /// How the node on this machine is doing
    Status(StatusArguments),
    /// Try on these machines, in a scratch workspace, whether every message survives what can go wrong
    #[command(after_help = SELFTEST, after_long_help = SELFTEST)]
    Selftest(SelftestArguments),
}

#[derive(Parser)]
pub struct DemoArguments {
    /// Where to serve; on this machine only
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Where health, metrics and status are
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9090")]
    pub operations: SocketAddr,
    /// The folder of the clinic to try; delete it to begin anew
    #[arg(long, value_name = "FOLDER", default_value = "./corridor-data/demo")]
    pub data: PathBuf,
    /// Only print who can sign in, as JSON
    #[arg(long)]
    pub accounts: bool,
}

/// What `init` and `join` are told of the place for a node.
#[derive(Args)]
pub struct PlaceArguments {
    /// The configuration to write
    #[arg(long, value_name = "FILE", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
    /// The folder for everything that the node keeps; it must not exist, or be empty
    #[arg(long, value_name = "FOLDER", default_value = "./corridor-data/clinic")]
    pub data: PathBuf,
    /// Where people will come; beyond this machine it is served over TLS
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Where health, metrics and status will be; on this machine only
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9090")]
    pub operations: SocketAddr,
    /// Where the other machines of the clinic will come; `join` takes 0.0.0.0:7443, `init` makes a node alone without it
    #[arg(long, value_name = "ADDRESS")]
    pub peer_listen: Option<SocketAddr>,
    /// The name or IP address, and port, at which the other machines dial this one, if it does not follow from the rest
    #[arg(long, value_name = "HOST:PORT")]
    pub peer_address: Option<String>,
    /// A name or IP address under which people reach the node, for its certificate; may be given more than once
    #[arg(long = "host-name", value_name = "NAME", conflicts_with_all = ["certificate", "key"])]
    pub host_names: Vec<String>,
    /// A certificate that you have, as PEM, instead of a self-signed one
    #[arg(long, value_name = "FILE", requires = "key")]
    pub certificate: Option<PathBuf>,
    /// The certificate's key, as PEM
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub key: Option<PathBuf>,
}

/// What `init` is told.
#[derive(Args)]
pub struct InitArguments {
    #[command(flatten)]
    pub place: PlaceArguments,
    /// The clinic's name
    #[arg(long)]
    pub name: Option<String>,
    /// Full name of the first administrator
    #[arg(long, value_name = "NAME")]
    pub administrator_name: Option<String>,
    /// Sign-in name of the first administrator
    #[arg(long, value_name = "LOGIN")]
    pub administrator_login: Option<String>,
    /// Read the administrator's password from standard input (or set CORRIDOR_ADMIN_PASSWORD)
    #[arg(long)]
    pub password_stdin: bool,
}

/// What `join` is told.
#[derive(Args)]
pub struct JoinArguments {
    /// A machine that runs the clinic, as `corridor cluster invite` printed it: https://HOST:PORT
    #[arg(value_name = "URL")]
    pub url: String,
    /// The token that `corridor cluster invite` printed; others on this machine can see it while it is used, once
    #[arg(long, required_unless_present = "token_stdin", conflicts_with = "token_stdin")]
    pub token: Option<String>,
    /// Read the token from standard input instead
    #[arg(long)]
    pub token_stdin: bool,
    #[command(flatten)]
    pub place: PlaceArguments,
}

#[derive(Subcommand)]
pub enum ClusterCommand {
    /// Print the command that makes another machine a node; it is good once, and forgotten when this node stops
    Invite {
        /// The configuration of the node that runs
        #[arg(long, value_name = "FILE", default_value = DEFAULT_CONFIG)]
        config: PathBuf,
        /// For how long it is good, at most a day
        #[arg(long, value_name = "MINUTES", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=1440))]
        valid_minutes: u64,
    },
    /// Print the command that makes a new machine a node in the place of one that is gone for good
    Replace {
        /// The number of the node that is gone, as `corridor cluster status` shows it
        #[arg(value_parser = clap::value_parser!(u64).range(1..))]
        node: u64,
        /// The configuration of a node that runs
        #[arg(long, value_name = "FILE", default_value = DEFAULT_CONFIG)]
        config: PathBuf,
        /// For how long it is good, at most a day
        #[arg(long, value_name = "MINUTES", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=1440))]
        valid_minutes: u64,
    },
    /// How each machine is doing
    Status(StatusArguments),
    /// Take a machine out for ever; it can only come back with a new invitation and an empty folder
    Remove {
        /// The number of the node, as `corridor cluster status` shows it
        #[arg(value_parser = clap::value_parser!(u64).range(1..))]
        node: u64,
        /// The configuration of a node that runs
        #[arg(long, value_name = "FILE", default_value = DEFAULT_CONFIG)]
        config: PathBuf,
    },
}

#[derive(Subcommand)]
pub enum WorkspaceCommand {
    /// Make one more, with a first administrator; its people sign in under its name
    Create {
        /// What it is called where people sign in: a to z, 0 to 9 and hyphens
        name: String,
        /// The configuration of a node that runs
        #[arg(long, value_name = "FILE", default_value = DEFAULT_CONFIG)]
        config: PathBuf,
        /// The clinic's name, as its people read it
        #[arg(long)]
        title: String,
        /// Full name of its first administrator
        #[arg(long, value_name = "NAME")]
        administrator_name: String,
        /// Sign-in name of its first administrator
        #[arg(long, value_name = "LOGIN")]
        administrator_login: String,
        /// Read the administrator's password from standard input (or set CORRIDOR_ADMIN_PASSWORD)
        #[arg(long)]
        password_stdin: bool,
    },
    /// Show them all
    List(StatusArguments),
    /// Close one for good: nobody signs in any more; what was written stays on the disks
    Close {
        /// What it is called
        name: String,
        /// The configuration of a node that runs
        #[arg(long, value_name = "FILE", default_value = DEFAULT_CONFIG)]
        config: PathBuf,
    },
}

#[derive(Subcommand)]
pub enum PersonCommand {
    /// Add a person, as an administrator: the record says who did it
    Add(PersonAddArguments),
}

#[derive(Args)]
pub struct PersonAddArguments {
    /// The configuration of the node that runs
    #[arg(long, value_name = "FILE", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
    /// The workspace; without it the first one
    #[arg(long, value_name = "NAME", default_value = FIRST_WORKSPACE_NAME)]
    pub workspace: String,
    /// Your sign-in name; you must be an administrator
    #[arg(long = "as", value_name = "LOGIN")]
    pub administrator: String,
    /// What kind of person
    #[arg(long, value_parser = ["staff", "patient", "proxy", "partner", "service"])]
    pub kind: String,
    /// Full name
    #[arg(long)]
    pub name: String,
    /// "MD", "RN", "mother"
    #[arg(long, default_value = "")]
    pub title: String,
    /// What the person may do, for staff: physician, nurse, medical_assistant, front_desk, billing, administrator,
    /// compliance_officer, organization_queue; may be given more than once
    #[arg(long = "role", value_name = "ROLE")]
    pub roles: Vec<String>,
    /// Sign-in name; without it the person cannot sign in
    #[arg(long, default_value = "", hide_default_value = true)]
    pub login: String,
    /// A location, as an id; may be given more than once
    #[arg(long = "site", value_name = "SITE_ID")]
    pub site_ids: Vec<String>,
    /// The number of the medical record, for patients
    #[arg(long, default_value = "", hide_default_value = true)]
    pub mrn: String,
    /// YYYY-MM-DD, for patients
    #[arg(long, value_name = "DATE", default_value = "", hide_default_value = true)]
    pub birth_date: String,
    /// Who cares for the patient, as an id; may be given more than once
    #[arg(long = "care-team", value_name = "PERSON_ID")]
    pub care_team: Vec<String>,
    /// The patient a proxy speaks for, as an id; may be given more than once
    #[arg(long = "proxy-for", value_name = "PERSON_ID")]
    pub proxy_for: Vec<String>,
    /// Where a partner works
    #[arg(long, default_value = "", hide_default_value = true)]
    pub organization: String,
    /// Read the passwords from standard input, a line each: yours, then the new person's if there is a --login
    /// (or set CORRIDOR_ADMIN_PASSWORD and CORRIDOR_PERSON_PASSWORD)
    #[arg(long)]
    pub password_stdin: bool,
}

#[derive(Args)]
pub struct StatusArguments {
    /// The configuration of the node
    #[arg(long, value_name = "FILE", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
    /// The data folder of the node, instead of its configuration
    #[arg(long, value_name = "FOLDER", conflicts_with = "config")]
    pub data: Option<PathBuf>,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `selftest` is told.
#[derive(Args)]
pub struct SelftestArguments {
    /// The configuration of the node that runs on this machine
    #[arg(long, value_name = "FILE", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
    /// How long people write; what is read back and judged comes on top
    #[arg(long, value_name = "SECONDS", default_value_t = limits::SELFTEST_SECONDS,
        value_parser = clap::value_parser!(u64).range(limits::SELFTEST_SECONDS_MIN..=limits::SELFTEST_SECONDS_MAX))]
    pub seconds: u64,
    /// Certificates to trust (PEM), beside the one of the node on this machine and those that its system trusts: what the other nodes show,
    /// or who signed it; may be given more than once
    #[arg(long, value_name = "FILE")]
    pub trust: Vec<PathBuf>,
    /// Where to write down everything that happens (docs/history.md); without it, in the system's temporary folder
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,
    /// Report as JSON
    #[arg(long)]
    pub json: bool,
}
