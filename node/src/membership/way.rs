//! The way of a machine that is not a node yet to one that is: TLS that pins the cluster's authority.
//!
//! Puts the transport and joining together, on both sides. Refuses to know what is said.

use super::Waiting;
use super::joining::{Registrar, WayError};
use bytes::Bytes;
use corridor_cluster::transport::{JoinError, JoinService, ask_to_join};
use corridor_domain::limits;
use corridor_storage::world::World;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Longer than the node that is asked takes, so that its last word still arrives.
const DEADLINE: Duration = Duration::from_millis(limits::JOIN_TIMEOUT_MS + limits::PEER_HANDSHAKE_TIMEOUT_MS);

/// Asks the node at `HOST:PORT`, which must show that the authority with this SHA-256 vouches for it.
pub async fn ask(
    address: &str,
    authority: [u8; 32],
    request: Vec<u8>,
    world: Arc<dyn World>,
) -> Result<Vec<u8>, WayError> {
    let asked = ask_to_join(address, authority, request.into(), DEADLINE, world).await;
    asked.map(Vec::from).map_err(|error| {
        let sentence = format!("{address}: {error}");
        match error {
            JoinError::Lost(_) => WayError::Lost(sentence),
            JoinError::Unreachable(_) | JoinError::NotTrusted(_) | JoinError::Refused(_) => {
                WayError::NotTaken(sentence)
            }
        }
    })
}

/// Where those who ask come out.
pub struct Reception(pub Arc<Registrar>);

impl JoinService for Reception {
    fn join(&self, from: SocketAddr, request: Bytes) -> Waiting<'static, Result<Bytes, String>> {
        let registrar = Arc::clone(&self.0);
        Box::pin(async move { Ok(registrar.answer(&request, from.ip()).await.into()) })
    }
}

#[cfg(test)]
mod tests {
    use super::{Reception, ask};
    use crate::membership::invitation::Invitations;
    use crate::membership::joining::tests::MadeUp;
    use crate::membership::joining::{self, Introduction, JoinError, Registrar};
    use crate::membership::standing::{self, Standing};
    use bytes::Bytes;
    use corridor_cluster::peers::{Kind, PeerLink, PeerService, Reply, Request};
    use corridor_cluster::transport::Transport;
    use corridor_storage::sealing::StorageKey;
    use corridor_storage::world::{TestWorld, World};
    use std::net::{SocketAddr, TcpListener};
    use std::sync::Arc;
    use std::time::Duration;

    /// Says who asked.
    struct Echo;

    impl PeerService for Echo {
        fn take(&self, from: u64, _line: u64, request: Request, reply: Reply) {
            let said = [format!("{from}: ").as_bytes(), &request.body].concat();
            reply(Ok(said.into()));
        }

        fn end(&self, _line: u64) {}
    }

    fn registrar(standing: &Standing, world: &Arc<dyn World>) -> Arc<Registrar> {
        Arc::new(Registrar {
            authority: Arc::clone(&standing.authority),
            workspace: StorageKey::from_bytes([8; 32]),
            invitations: Arc::new(Invitations::new(Arc::clone(world))),
            admission: MadeUp::new(),
            world: Arc::clone(world),
        })
    }

    /// A node that listens, and where.
    fn listen(standing: &Standing, registrar: Arc<Registrar>, world: &Arc<dyn World>) -> (Arc<Transport>, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let reception = Arc::new(Reception(registrar));
        let identity = standing.identity();
        let started = Transport::start(&identity, listener, Arc::new(Echo), reception, Arc::clone(world));
        (started.unwrap(), address)
    }

    #[tokio::test]
    async fn a_machine_that_joined_over_tls_is_a_node_to_the_others() {
        let world: Arc<dyn World> = Arc::new(TestWorld::new(1_795_000_000_000, 31));
        let [one, two] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let seal = StorageKey::from_bytes([3; 32]);
        let first = Standing::open_or_create(one.path(), &seal, None, world.as_ref()).unwrap();
        let registrar = registrar(&first, &world);
        let (transport, address) = listen(&first, Arc::clone(&registrar), &world);
        let address = address.to_string();
        let token = registrar
            .invitations
            .invite(60_000, first.authority.fingerprint(), None)
            .unwrap();
        let key = standing::new_key().unwrap();
        let introduction = || Introduction {
            token: &token,
            peer_address: "two.example:7443",
            client_url: "https://two.example:8443",
        };
        let way = |pin| {
            let (world, address) = (Arc::clone(&world), address.clone());
            async move |request| ask(&address, pin, request, world).await
        };

        let mistrusted = joining::ask(introduction(), &key, way([0; 32])).await.err().unwrap();
        assert!(
            matches!(&mistrusted, JoinError::Refused(why) if why.contains("not the cluster that was meant")),
            "{mistrusted}"
        );
        let welcome = joining::ask(introduction(), &key, way(token.authority)).await;
        let welcome = welcome.unwrap_or_else(|error| panic!("{error}"));
        let used = joining::ask(introduction(), &key, way(token.authority))
            .await
            .err()
            .unwrap();
        assert!(
            matches!(&used, JoinError::Refused(why) if why.contains("does not know")),
            "{used}"
        );

        let second = Standing::take_up(two.path(), &seal, "two.example:7443", &welcome, &key, world.as_ref()).unwrap();
        let (newcomer, _) = listen(&second, registrar, &world);
        let request = Request {
            group: 1,
            kind: Kind::Gossip,
            body: Bytes::from_static(b"hello"),
        };
        let answer = newcomer.call(1, &address, request, Duration::from_secs(10)).await;
        assert_eq!(answer, Ok(Bytes::from_static(b"42: hello")));
        newcomer.shutdown().await;
        transport.shutdown().await;
    }
}
