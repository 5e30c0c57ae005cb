//! TLS for tests: a certificate that is made for the run, and HTTP/2.

use std::{io, net::SocketAddr, path::Path, sync::Arc};

use axum::{Router, serve::Listener};
use rcgen::CertifiedKey;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, channel},
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
    server::TlsStream,
};

/// An application behind TLS on a loopback port, until it is dropped.
#[derive(Debug)]
pub struct TlsServer {
    /// Its port.
    pub port: u16,
    /// Its certificate, as PEM.
    pub certificate: String,
    task: JoinHandle<()>,
}

impl TlsServer {
    /// Serves `app` on a free port, over HTTP/2 and HTTP/1.1.
    pub async fn start(app: Router) -> Self {
        let tcp = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = tcp.local_addr().expect("its address");
        let key = certificate();
        let certificate = key.cert.pem();
        let listener = TlsListener::new(tcp, address, &key);
        let task = tokio::spawn(async move { axum::serve(listener, app).await.expect("serves") });
        Self {
            port: address.port(),
            certificate,
            task,
        }
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A certificate and its key, as PEM, in files that a proxy reads: `cert.pem` and `key.pem`.
pub fn write_certificate(folder: &Path) {
    let CertifiedKey { cert, signing_key } = certificate();
    std::fs::write(folder.join("cert.pem"), cert.pem()).expect("a file");
    std::fs::write(folder.join("key.pem"), signing_key.serialize_pem()).expect("a file");
}

fn certificate() -> CertifiedKey<rcgen::KeyPair> {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    rcgen::generate_simple_self_signed(names).expect("a certificate")
}

/// Connections whose handshakes are done. Each has a task, so that one that says nothing keeps no other waiting.
struct TlsListener {
    address: SocketAddr,
    connections: Receiver<(TlsStream<TcpStream>, SocketAddr)>,
}

impl TlsListener {
    fn new(
        tcp: TcpListener,
        address: SocketAddr,
        CertifiedKey { cert, signing_key }: &CertifiedKey<rcgen::KeyPair>,
    ) -> Self {
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a key");
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .expect("a configuration");
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let (sender, connections) = channel(64);
        tokio::spawn(async move {
            while let Ok((stream, peer)) = tcp.accept().await {
                let (acceptor, sender) = (acceptor.clone(), sender.clone());
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        // An error here is the end of the test.
                        let _ = sender.send((stream, peer)).await;
                    }
                });
            }
        });
        Self {
            address,
            connections,
        }
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        match self.connections.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}
