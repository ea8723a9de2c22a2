//! The limits of what nodes ask, tell and send each other, and of how a machine becomes a node.
//!
//! Stands behind `limits.rs`, under whose name all of them are known.

use super::TYPING_INTERVAL_MS;

/// Revisions from one landmark to the next: there nodes compare the hashes of their states.
pub const STATE_LANDMARK_INTERVAL_REVISIONS: u64 = 256;
/// Landmarks that a node remembers.
pub const STATE_LANDMARKS_COUNT_MAX: usize = 64;
/// Appends handed to another node before the first of them is answered.
pub const APPENDS_IN_PIPELINE_COUNT_MAX: usize = 32;
/// Longest wait for another node to answer an append: its disk may stall for a while.
pub const PEER_APPEND_TIMEOUT_MS: u64 = 2_000;
/// Longest wait for the answer to a command that went to the leader.
pub const PEER_FORWARD_TIMEOUT_MS: u64 = 5_000;
/// Longest wait for a change of members: a node that comes has to catch up first.
pub const PEER_STEER_TIMEOUT_MS: u64 = 10 * 60 * 1000;
/// Longest wait until a state that arrived is installed.
pub const PEER_INSTALL_TIMEOUT_MS: u64 = 120_000;
/// Size from which a piece of a state on its way to another node is full; its last record may go beyond.
pub const SNAPSHOT_PIECE_SIZE_BYTES: usize = 1024 * 1024;
/// Longest wait for the answer to such a piece.
pub const SNAPSHOT_PIECE_TIMEOUT_MS: u64 = 10_000;
/// How often a piece is sent again when the line breaks, before the whole is given up.
pub const SNAPSHOT_PIECE_TRIES_COUNT_MAX: u32 = 60;
/// Pause before it is sent again.
pub const SNAPSHOT_RETRY_PAUSE_MS: u64 = 500;
/// Pause between two pieces: others need the line and the disk too.
pub const SNAPSHOT_PIECE_PAUSE_MS: u64 = 10;
/// How often a node looks whether it is in contact with the others.
pub const CONTACT_LOOK_INTERVAL_MS: u64 = 100;
/// How long what a node said of itself holds, if it says nothing more.
pub const PEER_REPORT_LIFETIME_MS: u64 = 10_000;
/// How often a node looks whether its neighbours are as they should be.
pub const NEIGHBOURS_LOOK_INTERVAL_MS: u64 = 1_000;
/// Entries that a node may lack when it begins to vote.
pub const PROMOTION_LAG_ENTRIES_MAX: u64 = 200;
/// Longest wait for another node to lead, before a planned stop.
pub const HAND_OVER_TIMEOUT_MS: u64 = 2_000;
/// Longest wait for a node to say how it is doing.
pub const PEER_REPORT_TIMEOUT_MS: u64 = 1_000;
/// How often two nodes are asked until both stand at one revision.
pub const STATE_COMPARISON_TRIES_COUNT_MAX: u32 = 10;
/// How often a node that waits for the others says so.
pub const WAITING_WORD_INTERVAL_MS: u64 = 10_000;
/// How often it is looked who leads, while nobody is known to.
pub const LEADER_LOOK_INTERVAL_MS: u64 = 20;
/// Entries of the log after which a snapshot point is made, unless somebody says otherwise.
pub const SNAPSHOT_EVERY_ENTRIES: u64 = 50_000;
/// The fewest and the most that may be said. A fifth of them stays in the log behind the point.
pub const SNAPSHOT_EVERY_ENTRIES_MIN: u64 = 500;
/// See [`SNAPSHOT_EVERY_ENTRIES_MIN`].
pub const SNAPSHOT_EVERY_ENTRIES_MAX: u64 = 1_000_000;
/// Nodes of one group, those that only follow included.
pub const MEMBERS_OF_A_GROUP_COUNT_MAX: usize = 7;
/// How long an invitation to join a cluster is good for at most.
pub const INVITATION_VALID_MS_MAX: u64 = 24 * 60 * 60 * 1_000;
/// Invitations that are good at one time.
pub const INVITATIONS_COUNT_MAX: usize = 8;
/// Wrong invitations from one address before it is no longer listened to.
pub const INVITATION_FAILURES_PER_ADDRESS_MAX: u32 = 5;
/// Wrong invitations from everywhere before nobody is.
pub const INVITATION_FAILURES_MAX: u32 = 64;
/// The time in which they are counted.
pub const INVITATION_FAILURES_WINDOW_MS: u64 = 15 * 60 * 1_000;
/// What a machine that joins says, and what it is answered.
pub const JOIN_MESSAGE_SIZE_BYTES_MAX: usize = 24 * 1024;
/// Nodes named to a machine that joins.
pub const JOIN_PEERS_COUNT_MAX: usize = 64;
/// A host and a port, or a URL without a path, as nodes tell each other: the longest name has 253 bytes.
pub const PEER_ADDRESS_SIZE_BYTES_MAX: usize = 272;
/// The version of a program, as nodes tell each other.
pub const PROGRAM_VERSION_SIZE_BYTES_MAX: usize = 64;
/// Largest file of a node's place in its cluster.
pub const CLUSTER_FILE_SIZE_BYTES_MAX: u64 = 16 * 1024;
/// How long a cluster's authority lives: 20 years.
pub const AUTHORITY_LIFETIME_MS: u64 = 20 * 365 * 24 * 60 * 60 * 1_000 + 5 * 24 * 60 * 60 * 1_000;
/// How long a node's certificate lives: 90 days. It is renewed at two thirds of that.
pub const NODE_CERTIFICATE_LIFETIME_MS: u64 = 90 * 24 * 60 * 60 * 1_000;
/// How long before now a certificate begins, because clocks differ.
pub const CERTIFICATE_BACKDATE_MS: u64 = 60 * 60 * 1_000;
/// Largest frame between nodes: a batch of the log with its surroundings, or a piece of a state.
pub const PEER_FRAME_SIZE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Largest frame before a node has said and proven which it is.
pub const PEER_HELLO_SIZE_BYTES_MAX: usize = 1024;
/// Longest reason that one node gives another; what is longer is cut.
pub const PEER_REASON_SIZE_BYTES_MAX: usize = 500;
/// Requests to one node without an answer, and requests of one connection being answered.
pub const PEER_REQUESTS_IN_FLIGHT_COUNT_MAX: usize = 4_096;
/// Bytes of these. A larger one gets in alone.
pub const PEER_REQUESTS_IN_FLIGHT_SIZE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Connections of other nodes.
pub const PEER_LINES_COUNT_MAX: usize = 256;
/// Of these, from one node: it asks on one, others are of an address that it left or broke without our noticing. The oldest ends.
pub const PEER_LINES_PER_NODE_COUNT_MAX: usize = 4;
/// Connections on which other nodes bring clients, and as many on which this one does: one for each socket, and a few for requests.
pub const TUNNELS_COUNT_MAX: usize = 4_096;
/// How long a tunnel for requests is kept that nobody uses. Shorter than the other node waits for the next request on it.
pub const TUNNEL_IDLE_MS: u64 = 20_000;
/// Tunnels for requests that are kept unused, of one workspace.
pub const TUNNELS_IDLE_COUNT_MAX: usize = 32;
/// What is read at once of a socket that is handed on to another node, in each direction.
pub const TUNNEL_BUFFER_SIZE_BYTES: usize = 4 * 1024;
/// Tunnels that a node opens at once.
pub const TUNNELS_OPENING_COUNT_MAX: usize = 8;
/// How long a node is left alone to which there was no way, while others are asked. Longer than a try takes.
pub const TUNNEL_BACK_OFF_MS: u64 = 5_000;
/// How long a node looks for one that has a workspace.
pub const TUNNEL_OPENING_TIMEOUT_MS: u64 = 8_000;
/// Between two rounds of asking all nodes that should have it.
pub const TUNNEL_OPENING_PAUSE_MS: u64 = 200;
/// Connections between nodes that are being made, and those that ask to join.
pub const PEER_HANDSHAKES_COUNT_MAX: usize = 64;
/// Of these, from one address.
pub const PEER_HANDSHAKES_PER_ADDRESS_COUNT_MAX: usize = 16;
/// Time from the start of a connection between nodes until both know who is there.
pub const PEER_HANDSHAKE_TIMEOUT_MS: u64 = 3_000;
/// A connection between nodes on which nothing was written for this long gets a ping.
pub const PEER_PING_INTERVAL_MS: u64 = 1_000;
/// A connection between nodes on which nothing was heard for this long is closed.
pub const PEER_SILENCE_MS: u64 = 4_000;
/// Time without progress of a write before a connection between nodes is closed.
pub const PEER_WRITE_STALL_MS: u64 = 10_000;
/// How long a node that could not be reached is left alone at first; each failure doubles it.
pub const PEER_BACK_OFF_MS_MIN: u64 = 50;
/// How long at most.
pub const PEER_BACK_OFF_MS_MAX: u64 = 1_000;
/// Time without a request before a connection to a node is closed, and the node's address forgotten.
pub const PEER_UNUSED_MS: u64 = 10 * 60 * 1_000;
/// Bytes gathered for one write to another node.
pub const PEER_WRITE_SIZE_BYTES: usize = 64 * 1024;
/// Bytes read from another node in one go, unless a larger frame is on its way.
pub const PEER_READ_SIZE_BYTES: usize = 64 * 1024;
/// Bodies of frames above this are not copied.
pub const PEER_COPY_SIZE_BYTES_MAX: usize = 16 * 1024;
/// Between two lines of the log about connections refused to, or by, one address.
pub const PEER_REFUSAL_LOG_INTERVAL_MS: u64 = 60_000;
/// Addresses that this is known of; beyond them it is only counted.
pub const PEER_REFUSALS_WATCHED_COUNT_MAX: usize = 1_024;
/// Between two tellings of everything that a node knows of its own: lights, and who is writing. Changes are told at once.
pub const GOSSIP_INTERVAL_MS: u64 = 400;
/// What a node told stands for this long after its last word. With the look below and the way it is dark 2 s after its death.
pub const GOSSIP_SILENCE_MS: u64 = 1_300;
/// Between two looks whether somebody is silent.
pub const GOSSIP_LOOK_INTERVAL_MS: u64 = 100;
/// How long changes gather before they are told: of one person's typing only the last is.
pub const GOSSIP_GATHER_MS: u64 = 50;
/// Lights in one telling, and writers in it.
pub const GOSSIP_FACTS_PER_TELLING_COUNT_MAX: usize = 1_024;
/// Changes that wait to be told, of each kind; beyond them everything is told anew.
pub const GOSSIP_CHANGES_COUNT_MAX: usize = 1_024;
/// People of one node of whom others know that they are writing, each conversation counted. Of one more nobody hears.
pub const GOSSIP_WRITERS_COUNT_MAX: usize = 1_024;
/// Who is writing and does not say so again is no longer told of.
pub const GOSSIP_WRITING_MS: u64 = 2 * TYPING_INTERVAL_MS;
/// Tellings to one node without an answer; those beyond them are left out. Everything of a full node is 20.
pub const GOSSIP_IN_FLIGHT_COUNT_MAX: usize = 64;
/// How long such an answer is waited for.
pub const GOSSIP_TIMEOUT_MS: u64 = 1_000;
/// Tellings of other nodes that wait here; those beyond them are left out.
pub const GOSSIP_WAITING_COUNT_MAX: usize = 256;
/// What a node that wants to join may say, and what it is told.
pub const JOIN_SIZE_BYTES_MAX: usize = 64 * 1024;
/// Time for a request to join, from its first byte to its answer.
pub const JOIN_TIMEOUT_MS: u64 = 15_000;
/// Requests to join being answered.
pub const JOINS_AT_ONCE_COUNT_MAX: usize = 4;
/// Requests to join, of all addresses: how many a second in the long run, and how many at once. Tokens are guessed no faster.
pub const JOINS_PER_SECOND: u32 = 1;
/// See [`JOINS_PER_SECOND`].
pub const JOINS_BURST: u32 = 8;

const _: () = assert!(INVITATION_FAILURES_PER_ADDRESS_MAX < INVITATION_FAILURES_MAX);
const _: () = assert!(
    JOIN_PEERS_COUNT_MAX * (PEER_ADDRESS_SIZE_BYTES_MAX + 12) + 4 * 1024 <= JOIN_MESSAGE_SIZE_BYTES_MAX,
    "all the nodes fit into the answer, beside keys and certificates"
);
const _: () = assert!(CERTIFICATE_BACKDATE_MS < NODE_CERTIFICATE_LIFETIME_MS / 3);
const _: () = assert!(NODE_CERTIFICATE_LIFETIME_MS < AUTHORITY_LIFETIME_MS);
const _: () = assert!(PEER_FRAME_SIZE_BYTES_MAX <= PEER_REQUESTS_IN_FLIGHT_SIZE_BYTES_MAX);
const _: () = assert!(PEER_REASON_SIZE_BYTES_MAX * 2 <= PEER_HELLO_SIZE_BYTES_MAX);
const _: () = assert!(JOIN_SIZE_BYTES_MAX < PEER_FRAME_SIZE_BYTES_MAX);
const _: () = assert!(PEER_PING_INTERVAL_MS * 2 < PEER_SILENCE_MS);
const _: () = assert!(PEER_BACK_OFF_MS_MIN <= PEER_BACK_OFF_MS_MAX);
const _: () = assert!(PEER_HANDSHAKES_PER_ADDRESS_COUNT_MAX < PEER_HANDSHAKES_COUNT_MAX);
const _: () = assert!(PEER_LINES_PER_NODE_COUNT_MAX < PEER_LINES_COUNT_MAX);
