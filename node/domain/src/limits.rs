//! Every limit of the product, in one place: sizes in bytes, counts, times in milliseconds.
//!
//! A limit that is not here does not exist; families stand in `limits/` and are found here. Their relations hold at compile time.

mod between_nodes;
mod care;
mod chat;
mod selftest;
mod workspaces;

pub use between_nodes::{
    APPENDS_IN_PIPELINE_COUNT_MAX, AUTHORITY_LIFETIME_MS, CERTIFICATE_BACKDATE_MS, CLUSTER_FILE_SIZE_BYTES_MAX,
    CONTACT_LOOK_INTERVAL_MS, GOSSIP_CHANGES_COUNT_MAX, GOSSIP_FACTS_PER_TELLING_COUNT_MAX, GOSSIP_GATHER_MS,
    GOSSIP_IN_FLIGHT_COUNT_MAX, GOSSIP_INTERVAL_MS, GOSSIP_LOOK_INTERVAL_MS, GOSSIP_SILENCE_MS, GOSSIP_TIMEOUT_MS,
    GOSSIP_WAITING_COUNT_MAX, GOSSIP_WRITERS_COUNT_MAX, GOSSIP_WRITING_MS, HAND_OVER_TIMEOUT_MS,
    INVITATION_FAILURES_MAX, INVITATION_FAILURES_PER_ADDRESS_MAX, INVITATION_FAILURES_WINDOW_MS,
    INVITATION_VALID_MS_MAX, INVITATIONS_COUNT_MAX, JOIN_MESSAGE_SIZE_BYTES_MAX, JOIN_PEERS_COUNT_MAX,
    JOIN_SIZE_BYTES_MAX, JOIN_TIMEOUT_MS, JOINS_AT_ONCE_COUNT_MAX, JOINS_BURST, JOINS_PER_SECOND,
    LEADER_LOOK_INTERVAL_MS, MEMBERS_OF_A_GROUP_COUNT_MAX, NEIGHBOURS_LOOK_INTERVAL_MS, NODE_CERTIFICATE_LIFETIME_MS,
    PEER_ADDRESS_SIZE_BYTES_MAX, PEER_APPEND_TIMEOUT_MS, PEER_BACK_OFF_MS_MAX, PEER_BACK_OFF_MS_MIN,
    PEER_COPY_SIZE_BYTES_MAX, PEER_FORWARD_TIMEOUT_MS, PEER_FRAME_SIZE_BYTES_MAX, PEER_HANDSHAKE_TIMEOUT_MS,
    PEER_HANDSHAKES_COUNT_MAX, PEER_HANDSHAKES_PER_ADDRESS_COUNT_MAX, PEER_HELLO_SIZE_BYTES_MAX,
    PEER_INSTALL_TIMEOUT_MS, PEER_LINES_COUNT_MAX, PEER_LINES_PER_NODE_COUNT_MAX, PEER_PING_INTERVAL_MS,
    PEER_READ_SIZE_BYTES, PEER_REASON_SIZE_BYTES_MAX, PEER_REFUSAL_LOG_INTERVAL_MS, PEER_REFUSALS_WATCHED_COUNT_MAX,
    PEER_REPORT_LIFETIME_MS, PEER_REPORT_TIMEOUT_MS, PEER_REQUESTS_IN_FLIGHT_COUNT_MAX,
    PEER_REQUESTS_IN_FLIGHT_SIZE_BYTES_MAX, PEER_SILENCE_MS, PEER_STEER_TIMEOUT_MS, PEER_UNUSED_MS,
    PEER_WRITE_SIZE_BYTES, PEER_WRITE_STALL_MS, PROGRAM_VERSION_SIZE_BYTES_MAX, PROMOTION_LAG_ENTRIES_MAX,
    SNAPSHOT_EVERY_ENTRIES, SNAPSHOT_EVERY_ENTRIES_MAX, SNAPSHOT_EVERY_ENTRIES_MIN, SNAPSHOT_PIECE_PAUSE_MS,
    SNAPSHOT_PIECE_SIZE_BYTES, SNAPSHOT_PIECE_TIMEOUT_MS, SNAPSHOT_PIECE_TRIES_COUNT_MAX, SNAPSHOT_RETRY_PAUSE_MS,
    STATE_COMPARISON_TRIES_COUNT_MAX, STATE_LANDMARK_INTERVAL_REVISIONS, STATE_LANDMARKS_COUNT_MAX, TUNNEL_BACK_OFF_MS,
    TUNNEL_BUFFER_SIZE_BYTES, TUNNEL_IDLE_MS, TUNNEL_OPENING_PAUSE_MS, TUNNEL_OPENING_TIMEOUT_MS, TUNNELS_COUNT_MAX,
    TUNNELS_IDLE_COUNT_MAX, TUNNELS_OPENING_COUNT_MAX, WAITING_WORD_INTERVAL_MS,
};
pub use care::{
    AGENDA_LOOK_INTERVAL_MS, AGENDA_ROUNDS_COUNT_MAX, AGENDA_TIMERS_COUNT_MAX, ANOTHER_REPLIED_EVENTS_COUNT_MAX,
    ANOTHER_REPLIED_MS, BREAK_GLASS_MINUTES_MAX, BREAK_GLASS_REASON_SIZE_BYTES_MIN, CHART_LINK_SIZE_BYTES_MAX,
    CONFIDENTIAL_YEARS_MAX, COVERAGE_AHEAD_MS_MAX, COVERAGE_MS_MAX, COVERAGE_RETURNS_COUNT_MAX,
    COVERAGES_PER_PERSON_COUNT_MAX, GUIDANCE_SIZE_BYTES_MAX, HAND_OVER_MINUTES, HAND_OVER_MINUTES_MAX, HOURS_COUNT_MAX,
    ON_BEHALF_CONFIRMATION_MS, OTHERS_NAMED_COUNT_MAX, PIN_SIZE_BYTES_MAX, PIN_SUMMARY_SIZE_BYTES_MAX,
    PINNED_MESSAGES_COUNT_MAX, PINS_LISTED_COUNT_MAX, PINS_LISTED_SIZE_BYTES_MAX, PINS_PER_PATIENT_COUNT_MAX,
    QUEUE_LOOK_BACK_EVENTS_COUNT, QUEUE_PAGE_COUNT_MAX, READ_BYS_KEPT_PER_CONVERSATION_COUNT_MAX,
    READ_BYS_PER_CONVERSATION_COUNT_MAX, REASON_NAME_SIZE_BYTES_MAX, REASONS_COUNT_MAX, REMINDER_AHEAD_MS_MAX,
    REPLIES_LOOK_BACK_MS, REPLIES_PER_CONVERSATION_COUNT_MAX, SCHEDULED_AHEAD_MS_MAX, SCHEDULED_PER_PERSON_COUNT_MAX,
    TASK_AHEAD_MS_MAX, TASK_TITLE_SIZE_BYTES_MAX, TASKS_LISTED_COUNT_MAX, TASKS_LOOKED_AT_COUNT_MAX,
    TASKS_PER_CONVERSATION_COUNT_MAX, TEMPLATE_BODY_SIZE_BYTES_MAX, TEMPLATE_NAME_SIZE_BYTES_MAX,
    TEMPLATES_PER_OWNER_COUNT_MAX, TIMELINE_COUNT_MAX, TIMELINE_LOOKED_AT_COUNT_MAX, UNDO_S, UNDO_S_MAX,
    WORDS_COMPARED_COUNT_MAX, ZONE_SIZE_BYTES_MAX,
};
pub use chat::{
    CALLS_LOOKED_AT_COUNT_MAX, DEVICE_NAME_SIZE_BYTES_MAX, EDIT_WINDOW_S, EDIT_WINDOW_S_MAX, INVITATION_MS,
    LOGIN_SIZE_BYTES_MAX, MEMBERS_AT_CREATION_COUNT_MAX, MEMBERS_COUNT_MAX, MENTIONS_COUNT_MAX, MESSAGE_SIZE_BYTES_MAX,
    NAME_SIZE_BYTES_MAX, OWN_SINCE_READ_COUNT_MAX, PASSWORD_CHARACTERS_MIN, PASSWORD_SIZE_BYTES_MAX,
    REASON_SIZE_BYTES_MAX, RECEIPT_EVENTS_MEMBERS_MAX, RELATIONS_COUNT_MAX, SESSION_LIFETIME_MS,
    SESSIONS_PER_PERSON_COUNT_MAX, THREAD_LOOKED_AT_COUNT_MAX, THREADS_SAID_COUNT_MAX, TOPIC_SIZE_BYTES_MAX,
    VERSIONS_COUNT_MAX,
};
pub use selftest::{
    SELFTEST_ANSWER_SIZE_BYTES_MAX, SELFTEST_ANSWER_TIMEOUT_MS, SELFTEST_CLOSING_TIMEOUT_MS,
    SELFTEST_CONNECT_TIMEOUT_MS, SELFTEST_DEAF_MS_MAX, SELFTEST_HEALING_TIMEOUT_MS, SELFTEST_PATIENCE_MS,
    SELFTEST_QUESTION_TIMEOUT_MS, SELFTEST_SECONDS, SELFTEST_SECONDS_MAX, SELFTEST_SECONDS_MIN,
    SELFTEST_TRUST_SIZE_BYTES_MAX, SELFTEST_WORKSPACES_SPARED_COUNT,
};
pub use workspaces::{
    CLUSTER_SNAPSHOT_EVERY_ENTRIES, COPIES_OF_A_WORKSPACE_COUNT, WORKSPACE_LOOK_INTERVAL_MS,
    WORKSPACE_NAME_SIZE_BYTES_MAX, WORKSPACE_REST_S, WORKSPACE_SPREAD_TIMEOUT_MS, WORKSPACE_STORE_LOOK_INTERVAL_MS,
    WORKSPACE_STORE_TRIES_COUNT_MAX, WORKSPACE_WAKE_PAUSE_MS, WORKSPACE_WAKE_TIMEOUT_MS, WORKSPACE_WAKINGS_BURST,
    WORKSPACE_WAKINGS_PER_SECOND, WORKSPACES_COUNT_MAX, WORKSPACES_WAKING_COUNT_MAX,
};

/// How much of a state that replaces another goes into a file before it is sent to disk, so that no large sync stands in others' way.
pub const STATE_REPLACE_PACE_BYTES: usize = 1024 * 1024;
/// How often a node looks at the room on its disk.
pub const DISK_LOOK_INTERVAL_MS: u64 = 1_000;
/// Size from which a piece of what is kept, read to see whether it can be read, is full.
pub const SCRUB_PIECE_SIZE_BYTES: usize = 256 * 1024;
/// Times in a row that a piece of the log cannot be read until it is damaged: it may be purged just then.
pub const SCRUB_TRIES_COUNT: u32 = 3;
/// Pause between two such pieces: a gibibyte takes about an hour, and nobody notices.
pub const SCRUB_PIECE_PAUSE_MS: u64 = 1_000;
/// Pause before everything is read again.
pub const SCRUB_PASS_PAUSE_MS: u64 = 60 * 60 * 1_000;
/// What must be free on the disk for anything new, in MiB, unless the configuration says otherwise.
pub const DISK_RESERVE_MIB: u32 = 512;
/// The part of it, one in so many, below which nothing at all is taken.
pub const DISK_LAST_PART: u64 = 8;
/// When to try again after the disk was nearly full.
pub const DISK_NEARLY_FULL_RETRY_AFTER_MS: u64 = 10_000;

/// TCP connections of clients open at once, whatever is spoken on them. A node whose process may open fewer files takes fewer.
pub const CONNECTIONS_COUNT_MAX: usize = 24_000;
/// Of these, from one address; a clinic behind one router is one address, and IPv6 counts by /64.
pub const CONNECTIONS_PER_ADDRESS_COUNT_MAX: usize = 4_096;
/// Open files that connections leave to the log, the state and the program itself.
pub const FILES_RESERVED_COUNT: usize = 1_024;
/// TCP connections to the operations address.
pub const OPERATIONS_CONNECTIONS_COUNT_MAX: usize = 64;
/// Connections that the system may hold until the node takes them: a storm of 2,000 devices fits.
pub const ACCEPT_BACKLOG_COUNT_MAX: i32 = 4_096;
/// What the system may hold of one connection's unread answers. It counts its own overhead too and doubles the figure, so that
/// about this many bytes wait for a client that does not read; left alone it would be megabytes. At 50 ms to the client it
/// still lets 1 MB/s through.
pub const CONNECTION_SEND_BUFFER_SIZE_BYTES: usize = 32 * 1024;
/// Time without progress of a write before a client that does not read its answer is cut.
pub const CONNECTION_WRITE_STALL_MS: u64 = 20_000;
/// Time for a TLS handshake.
pub const TLS_HANDSHAKE_TIMEOUT_MS: u64 = 10_000;
/// Time from the start of a connection to its first whole request head.
pub const FIRST_REQUEST_TIMEOUT_MS: u64 = 10_000;
/// Time for the head of each further request; so a connection without requests ends after this, too.
pub const KEEP_ALIVE_TIMEOUT_MS: u64 = 60_000;
/// Time from the head of a request to the last byte of its body.
pub const HTTP_BODY_TIMEOUT_MS: u64 = 15_000;
/// Time for a whole request. What is not answered by then is in doubt.
pub const HTTP_REQUEST_TIMEOUT_MS: u64 = 30_000;
/// Header fields of one request.
pub const HTTP_HEADERS_COUNT_MAX: usize = 64;
/// The head of one request, and a connection's read buffer.
pub const HTTP_HEAD_SIZE_BYTES_MAX: usize = 32 * 1024;
/// Path and query of one request.
pub const HTTP_URI_SIZE_BYTES_MAX: usize = 8 * 1024;
/// Largest HTTP body of a command.
pub const HTTP_BODY_SIZE_BYTES_MAX: usize = 256 * 1024;
/// HTTP requests being answered at once; one more is refused.
pub const HTTP_REQUESTS_IN_FLIGHT_COUNT_MAX: usize = 1_024;
/// Of these, from one address: who sends many bodies slowly does not take all the places.
pub const HTTP_REQUESTS_IN_FLIGHT_PER_ADDRESS_COUNT_MAX: usize = 512;
/// HTTP requests of one address: how many a second in the long run, and how many at once. A clinic behind one router is one.
pub const HTTP_REQUESTS_PER_SECOND: u32 = 500;
/// See [`HTTP_REQUESTS_PER_SECOND`].
pub const HTTP_REQUESTS_BURST: u32 = 2_000;
/// Addresses, and people, whose rates are watched at one time; who is forgotten starts anew.
pub const RATES_WATCHED_COUNT_MAX: usize = 65_536;
/// What a refused client is told to wait at most.
pub const RETRY_AFTER_MS_MAX: u64 = 60_000;
/// What a client that is sent away from one socket is told to wait at least.
pub const GOODBYE_RETRY_AFTER_MS: u64 = 1_000;

/// Largest WebSocket frame before sign-in.
pub const FRAME_BEFORE_SIGN_IN_SIZE_BYTES_MAX: usize = 8 * 1024;
/// Bytes that a socket may send before its hello was taken, all frames and what TLS adds.
pub const BYTES_BEFORE_SIGN_IN_SIZE_BYTES_MAX: usize = 12 * 1024;
/// Largest WebSocket frame and message.
pub const FRAME_SIZE_BYTES_MAX: usize = 160 * 1024;
/// Time a socket has to say hello.
pub const HELLO_TIMEOUT_MS: u64 = 5_000;
/// Sockets that did not say hello yet.
pub const SOCKETS_BEFORE_SIGN_IN_COUNT_MAX: usize = 1_024;
/// Of these, from one address.
pub const SOCKETS_BEFORE_SIGN_IN_PER_ADDRESS_COUNT_MAX: usize = 256;
/// Sockets opened on one node: how many a second in the long run. 2,000 devices cut at once are back after 8 s.
pub const SOCKET_OPENINGS_PER_SECOND: u32 = 250;
/// Sockets opened at once; one second's worth, because `Retry-After` counts in seconds.
pub const SOCKET_OPENINGS_BURST: u32 = 250;
/// Frames of one socket: how many a second in the long run. Beyond it the node reads more slowly.
pub const FRAMES_PER_SECOND: u32 = 100;
/// See [`FRAMES_PER_SECOND`].
pub const FRAMES_BURST: u32 = 400;
/// Time between the node's pings; a socket silent for two and a half of them is closed.
pub const HEARTBEAT_MS: u64 = 30_000;
/// Time a write to a socket may take before the client counts as gone.
pub const SOCKET_WRITE_TIMEOUT_MS: u64 = 10_000;
/// While a write waits, how often it is looked whether the socket was cut meanwhile.
pub const SOCKET_WRITE_LOOK_MS: u64 = 250;
/// Time that a client has to take its goodbye.
pub const GOODBYE_TIMEOUT_MS: u64 = 2_000;
/// Bytes read from a socket at once; each socket holds a buffer of this size.
pub const SOCKET_READ_BUFFER_SIZE_BYTES: usize = 2 * 1024;
/// Commands of one socket that may wait for their answers.
pub const COMMANDS_PER_SOCKET_IN_FLIGHT_MAX: usize = 256;
/// Events waiting for one socket.
pub const OUTBOX_EVENTS_COUNT_MAX: usize = 256;
/// Bytes gathered for one write to a socket.
pub const SOCKET_WRITE_BUFFER_SIZE_BYTES: usize = 16 * 1024;
/// What a client that does not read costs: the write buffer and what waits. One larger frame is still taken, alone.
pub const UNREAD_SIZE_BYTES_MAX: usize = 64 * 1024;
/// Bytes waiting for one socket, with their places in the queue and what its writer has in hand.
pub const OUTBOX_SIZE_BYTES_MAX: usize = UNREAD_SIZE_BYTES_MAX - SOCKET_WRITE_BUFFER_SIZE_BYTES;
/// Sockets of one node.
pub const SOCKETS_COUNT_MAX: usize = 20_000;
/// Commands of one person, looks too: how many a second in the long run, and how many at once.
pub const COMMANDS_PER_SECOND: u32 = 50;
/// See [`COMMANDS_PER_SECOND`].
pub const COMMANDS_BURST: u32 = 200;
/// Sends of one person: how many a second in the long run, and how many at once.
pub const SENDS_PER_SECOND: u32 = 5;
/// See [`SENDS_PER_SECOND`].
pub const SENDS_BURST: u32 = 20;
/// Sign-ins of one address, failed or not: how many a second in the long run, and how many at once.
pub const SIGN_INS_PER_SECOND: u32 = 5;
/// See [`SIGN_INS_PER_SECOND`].
pub const SIGN_INS_BURST: u32 = 32;
/// Failed sign-ins of one address and login before they are slowed down.
pub const SIGN_IN_FAILURES_MAX: u32 = 5;
/// The time in which they are counted.
pub const SIGN_IN_FAILURES_WINDOW_MS: u64 = 15 * 60 * 1000;
/// Addresses and logins watched at one time.
pub const SIGN_IN_WATCHED_COUNT_MAX: usize = 100_000;
/// Password hashes computed at the same time: each takes 46 MiB and a core.
pub const PASSWORD_HASHES_AT_ONCE: usize = 2;
/// Passwords waiting for that; one more is refused. At 50 ms a hash the last one waits for under 2 s.
pub const PASSWORD_HASHES_WAITING_COUNT_MAX: usize = 64;
/// What is said to one too many: by then everybody who waits now had a turn.
pub const PASSWORD_HASHES_RETRY_AFTER_MS: u64 = 3_000;
/// Least time between two typing frames of one person in one conversation.
pub const TYPING_INTERVAL_MS: u64 = 3_000;
/// Lights in one frame.
pub const LIGHTS_PER_FRAME_COUNT_MAX: usize = 16;
/// Most events, people or records on one page.
pub const PAGE_COUNT_MAX: usize = 100;
/// Most conversations in an inbox answer.
pub const INBOX_COUNT_MAX: usize = 500;
/// Characters of a preview.
pub const PREVIEW_CHARACTERS_MAX: usize = 120;
/// Events replayed for one socket before it is told to fetch anew.
pub const REPLAY_EVENTS_COUNT_MAX: usize = 10_000;
/// Patient conversations looked through for the organization's list.
pub const ORGANIZATION_SCAN_COUNT_MAX: usize = 20_000;
/// Events looked through for the receipts of one message.
pub const RECEIPT_SCAN_COUNT_MAX: usize = 5_000;
/// Recipients named in one line of an audit answer.
pub const AUDIT_RECIPIENTS_COUNT_MAX: usize = 200;
/// Conversations of a patient whose lines are looked through for one audit answer.
pub const AUDIT_PATIENT_CONVERSATIONS_COUNT_MAX: usize = 10_000;
/// Names of people remembered.
pub const NAMES_REMEMBERED_COUNT_MAX: usize = 32_768;
/// Bytes of bodies replayed for one socket before it is told to fetch anew: they are held while it takes them.
pub const REPLAY_SIZE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Time that a socket has to take its replay.
pub const REPLAY_TIMEOUT_MS: u64 = 30_000;
/// Parts of revisions on their way from the log to the devices.
pub const FAN_OUT_COUNT_MAX: usize = 4_096;
/// Mail waiting in front of one actor.
pub const ACTOR_CREDITS: usize = 1_024;
/// Time a conversation's actor stays awake without anything to do.
pub const CONVERSATION_IDLE_MS: u64 = 60_000;
/// Applied batches on their way to the actors; beyond it the log waits.
pub const APPLIED_BATCHES_COUNT_MAX: usize = 1_024;
/// Falls of the dispatcher without getting on; one more ends the process, which starts from storage.
pub const DISPATCHER_FALLS_COUNT_MAX: u32 = 3;
/// Largest configuration file.
pub const CONFIGURATION_SIZE_BYTES_MAX: u64 = 1024 * 1024;
/// A line on the control socket, in either direction, its end included.
pub const CONTROL_LINE_SIZE_BYTES_MAX: u64 = 64 * 1024;
/// Connections to the control socket.
pub const CONTROL_CONNECTIONS_COUNT_MAX: usize = 4;
/// Time for a line on the control socket to come or to go.
pub const CONTROL_LINE_TIMEOUT_MS: u64 = 5_000;
/// Time for the deed between them.
pub const CONTROL_DEED_TIMEOUT_MS: u64 = 30_000;
/// Between two sortings of what figures observed into their buckets.
pub const FIGURES_UPKEEP_INTERVAL_MS: u64 = 1_000;
/// Time that replaying the log may take at start.
pub const READY_TIMEOUT_MS: u64 = 10 * 60 * 1_000;
/// Time that sockets and requests have to end when the node stops.
pub const DRAIN_TIMEOUT_MS: u64 = 5_000;

/// Conversations awake before those that wake stay so only shortly: an idle actor costs about 8 KiB.
pub const CONVERSATIONS_AWAKE_COUNT_MAX: usize = 16 * 1024;
/// Time a conversation's actor stays awake without anything to do once so many are awake.
pub const CONVERSATION_IDLE_CROWDED_MS: u64 = 1_000;
/// Actors that may fall within [`ACTOR_FALLS_WINDOW_MS`]; one more fences the node.
pub const ACTOR_FALLS_COUNT_MAX: usize = 20;
/// See [`ACTOR_FALLS_COUNT_MAX`].
pub const ACTOR_FALLS_WINDOW_MS: u64 = 60_000;
/// Actors shown in one answer of the operations address.
pub const ACTORS_SHOWN_COUNT_MAX: usize = 1_000;

/// Proposals waiting for agreement, by count.
pub const PROPOSALS_IN_FLIGHT_COUNT_MAX: usize = 4_096;
/// Proposals waiting for agreement, by bytes.
pub const PROPOSALS_IN_FLIGHT_SIZE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Proposals handed to agreement in one go.
pub const PROPOSALS_HANDED_OVER_COUNT_MAX: usize = 1_024;
/// Batches of proposals under way at a leader before it gathers the next one: the more come together, the less each costs.
pub const PROPOSAL_BATCHES_UNDER_WAY_ALONE_COUNT_MAX: usize = 2;
/// The same where other nodes vote: there each batch costs more.
pub const PROPOSAL_BATCHES_UNDER_WAY_COUNT_MAX: usize = 1;
/// How long it gathers at most, however slow disks and links are.
pub const PROPOSAL_BATCH_WAIT_MS: u64 = 5;
/// What is said to whoever proposes while too much is in flight.
pub const PROPOSALS_RETRY_AFTER_MS: u64 = 200;
/// Entries of the log's end kept decoded, unless more are not durable yet.
pub const LOG_CACHED_ENTRIES_COUNT_MAX: usize = 8_192;
/// Bytes of commands of the log's end kept decoded, unless more are not durable yet.
pub const LOG_CACHED_SIZE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Nodes that one node asks, each address of a node counted.
pub const PEERS_COUNT_MAX: usize = 256;

/// Entries of the log read back in one go: a long replay does not hold the whole log in memory.
pub const LOG_READ_ENTRIES_COUNT_MAX: u64 = 512;
/// Bytes of the log read from the disk in one go.
pub const LOG_READ_SIZE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Entries applied as one batch.
pub const APPLY_ENTRIES_COUNT_MAX: usize = 512;
/// Content keys of conversations kept open.
pub const CONTENT_KEYS_OPENED_COUNT_MAX: usize = 16_384;

/// Jobs that may wait for the log's writer.
pub const LOG_QUEUE_JOBS_COUNT_MAX: usize = 8_192;
/// Bytes that may wait for the log's writer. A larger job gets in alone.
pub const LOG_QUEUE_SIZE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Jobs in one write of the log.
pub const LOG_WRITE_JOBS_COUNT_MAX: usize = 4_096;
/// Bytes in one write of the log, looked at before each job is added.
pub const LOG_WRITE_SIZE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long the log's high-water marks may stand behind while it is being written.
pub const LOG_MARK_INTERVAL_MS: u64 = 250;

/// Newest writes of the state store kept in memory before they become a file. While one is let go of readers wait, and while it is
/// written the log's syncs do: 4 MiB take 6 ms. The larger it is, the less often files are merged.
pub const STATE_MEMTABLE_SIZE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Files of the state store.
pub const STATE_TABLE_SIZE_BYTES: usize = 8 * 1024 * 1024;
/// How many memtables become files before these are merged into larger ones.
pub const STATE_NEW_TABLES_COUNT: u8 = 8;
/// The same for the past, in which no command looks anything up. At 20 the store makes its writer wait.
pub const STATE_NEW_TABLES_OF_THE_PAST_COUNT: u8 = 12;
/// How nice threads are that tidy up in the background: 0 as all others, 19 the nicest.
pub const BACKGROUND_NICENESS: i32 = 10;
/// Applied records that everybody sees and the state store does not have yet. Above that, applying waits.
pub const STATE_BEHIND_SIZE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long applied records gather before they are carried to the state store.
pub const STATE_BEHIND_MS: u64 = 100;
/// How much goes into the state store's journal before it is sent to disk, ahead of the sync that counts.
pub const STATE_JOURNAL_PACE_BYTES: usize = 1024 * 1024;
/// Blocks of the state store kept in memory.
pub const STATE_CACHE_SIZE_BYTES_MAX: usize = 128 * 1024 * 1024;
/// Opened records kept in memory for commands to come.
pub const RECENT_RECORDS_SIZE_BYTES_MAX: usize = 16 * 1024 * 1024;

const _: () = assert!(
    MESSAGE_SIZE_BYTES_MAX * 2 < FRAME_SIZE_BYTES_MAX,
    "a message with every byte escaped fits a frame"
);
const _: () = assert!(FRAME_SIZE_BYTES_MAX < HTTP_BODY_SIZE_BYTES_MAX);
const _: () = assert!(SOCKET_WRITE_BUFFER_SIZE_BYTES < OUTBOX_SIZE_BYTES_MAX);
const _: () = assert!(FRAME_BEFORE_SIGN_IN_SIZE_BYTES_MAX < FRAME_SIZE_BYTES_MAX);
const _: () = assert!(COMMANDS_PER_SOCKET_IN_FLIGHT_MAX < PROPOSALS_IN_FLIGHT_COUNT_MAX);
const _: () = assert!((RECEIPT_EVENTS_MEMBERS_MAX as usize) < MEMBERS_COUNT_MAX as usize);
const _: () = assert!(MEMBERS_AT_CREATION_COUNT_MAX < MEMBERS_COUNT_MAX as usize);
const _: () = assert!(PASSWORD_CHARACTERS_MIN < PASSWORD_SIZE_BYTES_MAX);
const _: () = assert!(RELATIONS_COUNT_MAX < MEMBERS_AT_CREATION_COUNT_MAX);
const _: () = assert!(
    SOCKETS_COUNT_MAX + SOCKETS_BEFORE_SIGN_IN_COUNT_MAX + HTTP_REQUESTS_IN_FLIGHT_COUNT_MAX < CONNECTIONS_COUNT_MAX,
    "sockets leave connections for requests"
);
const _: () = assert!(CONNECTIONS_PER_ADDRESS_COUNT_MAX < CONNECTIONS_COUNT_MAX);
const _: () = assert!(SOCKETS_BEFORE_SIGN_IN_PER_ADDRESS_COUNT_MAX < SOCKETS_BEFORE_SIGN_IN_COUNT_MAX);
const _: () = assert!(
    SOCKET_OPENINGS_BURST as usize <= SOCKETS_BEFORE_SIGN_IN_PER_ADDRESS_COUNT_MAX,
    "a clinic behind one address is let in as fast as the node lets anybody in"
);
const _: () = assert!(FRAME_BEFORE_SIGN_IN_SIZE_BYTES_MAX < BYTES_BEFORE_SIGN_IN_SIZE_BYTES_MAX);
const _: () = assert!(HTTP_URI_SIZE_BYTES_MAX < HTTP_HEAD_SIZE_BYTES_MAX);
const _: () = assert!(HTTP_BODY_TIMEOUT_MS < HTTP_REQUEST_TIMEOUT_MS);
const _: () = assert!(SOCKET_WRITE_LOOK_MS < SOCKET_WRITE_TIMEOUT_MS);
const _: () = assert!(
    SOCKET_WRITE_TIMEOUT_MS + GOODBYE_TIMEOUT_MS < CONNECTION_WRITE_STALL_MS,
    "a socket is told why before its connection is cut"
);
const _: () = assert!(GOODBYE_TIMEOUT_MS < DRAIN_TIMEOUT_MS);
const _: () = assert!(SENDS_PER_SECOND <= COMMANDS_PER_SECOND && SENDS_BURST <= COMMANDS_BURST);
const _: () = assert!(
    COMMANDS_PER_SECOND <= FRAMES_PER_SECOND && COMMANDS_BURST <= FRAMES_BURST,
    "a person on one device gets an answer rather than silence"
);
const _: () = assert!(COMMANDS_PER_SECOND <= HTTP_REQUESTS_PER_SECOND && COMMANDS_BURST <= HTTP_REQUESTS_BURST);
const _: () = assert!(SIGN_INS_PER_SECOND <= HTTP_REQUESTS_PER_SECOND && SIGN_INS_BURST <= HTTP_REQUESTS_BURST);
const _: () = assert!(
    (SIGN_INS_BURST as usize) < PASSWORD_HASHES_WAITING_COUNT_MAX,
    "one address does not fill the line of those who sign in"
);
const _: () = assert!(HTTP_REQUESTS_IN_FLIGHT_PER_ADDRESS_COUNT_MAX < HTTP_REQUESTS_IN_FLIGHT_COUNT_MAX);
const _: () = assert!(HTTP_REQUESTS_IN_FLIGHT_COUNT_MAX < PROPOSALS_IN_FLIGHT_COUNT_MAX);
const _: () = assert!(PROPOSALS_HANDED_OVER_COUNT_MAX <= PROPOSALS_IN_FLIGHT_COUNT_MAX);
const _: () = assert!(PROPOSALS_IN_FLIGHT_SIZE_BYTES_MAX < LOG_QUEUE_SIZE_BYTES_MAX);
const _: () = assert!(PROPOSALS_IN_FLIGHT_COUNT_MAX < LOG_QUEUE_JOBS_COUNT_MAX);
const _: () = assert!(LOG_WRITE_JOBS_COUNT_MAX <= LOG_QUEUE_JOBS_COUNT_MAX);
const _: () = assert!(LOG_WRITE_SIZE_BYTES_MAX <= LOG_QUEUE_SIZE_BYTES_MAX);
const _: () = assert!(
    LOG_READ_SIZE_BYTES_MAX + 1024 * 1024 <= PEER_FRAME_SIZE_BYTES_MAX,
    "what is read from the log in one go fits a frame to another node"
);
