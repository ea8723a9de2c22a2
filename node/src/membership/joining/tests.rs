//! Tests of joining: both sides in one process, with a made-up cluster behind and a way that loses answers on demand. The cluster
//! serves the tests of the command too.

use super::{Admission, Introduction, JoinError, NotAdmitted, Registrar, WayError, ask};
use crate::membership::Waiting;
use crate::membership::authority::Authority;
use crate::membership::invitation::Invitations;
use crate::membership::messages::{JoinAnswer, PeerAddress, RefusalCode, Welcome};
use crate::membership::token::Token;
use corridor_storage::sealing::StorageKey;
use corridor_storage::world::TestWorld;
use rcgen::KeyPair;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};

const FROM: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const HOUR_MS: u64 = 3_600_000;

/// A cluster of node 1 that says what it is told to say, and remembers whom it let in.
pub(crate) struct MadeUp {
    says: Mutex<Result<u64, NotAdmitted>>,
    /// Peer address and URL for clients of everybody who asked.
    pub(crate) asked: Mutex<Vec<(String, String)>>,
}

impl MadeUp {
    /// Lets everybody in as node 42.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            says: Mutex::new(Ok(42)),
            asked: Mutex::default(),
        })
    }
}

impl Admission for MadeUp {
    fn admit<'a>(
        &'a self,
        peer_address: &'a str,
        client_url: &'a str,
        instead_of: Option<u64>,
    ) -> Waiting<'a, Result<u64, NotAdmitted>> {
        assert_eq!(instead_of, None);
        let asked = (peer_address.to_owned(), client_url.to_owned());
        self.asked.lock().unwrap().push(asked);
        Box::pin(std::future::ready(self.says.lock().unwrap().clone()))
    }

    fn peers(&self) -> Vec<PeerAddress> {
        [(1, "one:7443"), (42, "two:7443")]
            .map(|(node, address)| PeerAddress {
                node,
                address: address.to_owned(),
            })
            .to_vec()
    }
}

pub(crate) struct Cluster {
    pub(crate) registrar: Registrar,
    pub(crate) admission: Arc<MadeUp>,
}

impl Cluster {
    pub(crate) fn new() -> Self {
        let world = Arc::new(TestWorld::new(1_795_000_000_000, 5));
        let admission = MadeUp::new();
        let registrar = Registrar {
            authority: Arc::new(Authority::create(world.as_ref()).unwrap()),
            workspace: StorageKey::from_bytes([8; 32]),
            invitations: Arc::new(Invitations::new(Arc::clone(&world) as _)),
            admission: Arc::clone(&admission) as _,
            world,
        };
        Self { registrar, admission }
    }

    pub(crate) fn invite(&self) -> Token {
        let fingerprint = self.registrar.authority.fingerprint();
        self.registrar.invitations.invite(HOUR_MS, fingerprint, None).unwrap()
    }

    pub(crate) async fn answer(&self, request: Vec<u8>) -> Result<Vec<u8>, WayError> {
        Ok(self.registrar.answer(&request, FROM).await)
    }

    async fn join(&self, token: &Token, key: &KeyPair) -> Result<Welcome, JoinError> {
        ask(introduction(token), key, async |request| self.answer(request).await).await
    }

    /// What the client makes of an answer that somebody changed on its way.
    async fn join_changed(&self, change: impl Fn(&mut Welcome)) -> JoinError {
        let (token, key) = (self.invite(), KeyPair::generate().unwrap());
        let way = async |request| {
            let answer = JoinAnswer::decode(&self.answer(request).await?);
            let Ok(JoinAnswer::Welcome(mut welcome)) = answer else {
                panic!("not let in");
            };
            change(&mut welcome);
            Ok(JoinAnswer::Welcome(welcome).encode().unwrap())
        };
        ask(introduction(&token), &key, way).await.err().unwrap()
    }
}

fn introduction(token: &Token) -> Introduction<'_> {
    Introduction {
        token,
        peer_address: "two:7443",
        client_url: "https://two:8443",
    }
}

#[tokio::test]
async fn who_was_invited_gets_everything_that_makes_a_node() {
    let cluster = Cluster::new();
    let (token, key) = (cluster.invite(), KeyPair::generate().unwrap());
    let welcome = cluster.join(&token, &key).await.ok().unwrap();
    let authority = &cluster.registrar.authority;
    assert_eq!((welcome.node, welcome.cluster), (42, authority.cluster().0));
    assert_eq!(welcome.authority, authority.certificate());
    assert_eq!(welcome.authority_key, *authority.key());
    assert_eq!(welcome.workspace_key, [8; 32]);
    let others = [PeerAddress {
        node: 1,
        address: "one:7443".to_owned(),
    }];
    assert_eq!(welcome.peers, others);
    let asked = [("two:7443".to_owned(), "https://two:8443".to_owned())];
    assert_eq!(*cluster.admission.asked.lock().unwrap(), asked);
    let again = cluster.join(&token, &key).await.err().unwrap();
    assert!(matches!(&again, JoinError::Refused(why) if why.contains("does not know the invitation")));
    assert_eq!(cluster.admission.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn an_invitation_is_used_up_only_if_somebody_may_be_in() {
    let cluster = Cluster::new();
    let (token, key) = (cluster.invite(), KeyPair::generate().unwrap());
    let says = |answer| *cluster.admission.says.lock().unwrap() = answer;
    says(Err(NotAdmitted::Refused("there is no leader now".to_owned())));
    let refused = cluster.join(&token, &key).await.err();
    assert_eq!(refused, Some(JoinError::Refused("there is no leader now".to_owned())));
    says(Err(NotAdmitted::InDoubt("the leader was lost".to_owned())));
    let in_doubt = cluster.join(&token, &key).await.err().unwrap().to_string();
    assert!(
        in_doubt.contains("the leader was lost; the invitation may be used up"),
        "{in_doubt}"
    );
    says(Ok(43));
    assert!(matches!(cluster.join(&token, &key).await, Err(JoinError::Refused(_))));
}

#[tokio::test]
async fn a_lost_answer_is_in_doubt_and_an_unreachable_node_is_not() {
    let cluster = Cluster::new();
    let (token, key) = (cluster.invite(), KeyPair::generate().unwrap());
    let unreachable = async |_| Err(WayError::NotTaken("nobody listens".to_owned()));
    let error = ask(introduction(&token), &key, unreachable).await.err().unwrap();
    assert!(
        matches!(&error, JoinError::Refused(why) if why.contains("nobody listens")),
        "{error}"
    );
    let lost = async |request| {
        cluster.answer(request).await?;
        Err(WayError::Lost("the connection broke".to_owned()))
    };
    let error = ask(introduction(&token), &key, lost).await.err().unwrap();
    let sentence = error.to_string();
    for part in [
        "the connection broke",
        "corridor cluster status",
        "corridor cluster remove",
        "invite again",
    ] {
        assert!(sentence.contains(part), "{sentence}");
    }
    let nonsense = async |_| Ok(b"HTTP/1.1 400 Bad Request".to_vec());
    let error = ask(introduction(&token), &key, nonsense).await.err();
    assert!(matches!(error, Some(JoinError::InDoubt(_))));
}

#[tokio::test]
async fn an_answer_of_somebody_else_is_not_taken() {
    let cluster = Cluster::new();
    let stranger = Authority::create(&TestWorld::new(0, 6)).unwrap();
    let said = async |change: &dyn Fn(&mut Welcome)| cluster.join_changed(change).await.to_string();
    let other_cluster = said(&|welcome| welcome.authority = stranger.certificate().to_vec()).await;
    assert!(other_cluster.contains("not of the cluster that the token is for"));
    let other_key = said(&|welcome| welcome.authority_key = stranger.key().to_vec()).await;
    assert!(other_key.contains("does not belong to its key"));
    let other_node = said(&|welcome| welcome.node = 7).await;
    assert!(other_node.contains("not for this machine"));
    let mixed_up = said(&|welcome| welcome.certificate = stranger.certificate().to_vec()).await;
    assert!(mixed_up.contains("not for this machine"));
}

#[tokio::test]
async fn nonsense_uses_up_nothing_and_is_answered() {
    let cluster = Cluster::new();
    let code = async |request: &[u8]| {
        let answer = cluster.registrar.answer(request, FROM).await;
        match JoinAnswer::decode(&answer) {
            Ok(JoinAnswer::Refused { code, detail }) => (code, detail),
            _ => panic!("let in"),
        }
    };
    assert_eq!(code(b"").await.0, RefusalCode::Invalid);
    assert_eq!(code(&[2, 0, 0]).await.0, RefusalCode::Format);
    let (token, key) = (cluster.invite(), KeyPair::generate().unwrap());
    let mut wrong = introduction(&token);
    wrong.peer_address = "0.0.0.0:7443";
    let way = async |request| cluster.answer(request).await;
    assert!(matches!(ask(wrong, &key, way).await, Err(JoinError::Refused(why)) if why.contains("every address")));
    assert!(cluster.join(&token, &key).await.is_ok());
}
