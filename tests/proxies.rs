//! Programs that stand before a service: proxies and caches.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use tokio::time::sleep;

use crate::Server;

/// A program that runs until it is dropped.
#[derive(Debug)]
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

/// An address on which nothing listens yet.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address")
}

/// Starts a program, and waits until it listens.
pub async fn started(command: &mut Command, address: SocketAddr) -> Running {
    let program = command.stdout(Stdio::null()).stderr(Stdio::null());
    let program = Running(program.spawn().expect("the program starts"));
    for _ in 0..200 {
        if tokio::net::TcpStream::connect(address).await.is_ok() {
            return program;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("the program does not listen");
}

/// What every configuration has; `HTTP` is the test's own part.
const NGINX: &str = "
daemon off;
pid DIR/pid;
error_log DIR/error.log;
events {}
http {
    access_log off;
    client_body_temp_path DIR/body;
    proxy_temp_path DIR/temp;
    fastcgi_temp_path DIR/fastcgi;
    uwsgi_temp_path DIR/uwsgi;
    scgi_temp_path DIR/scgi;
HTTP
}
";

/// nginx before a service, until it is dropped.
#[derive(Debug)]
pub struct Nginx {
    /// A client of it.
    pub server: Server,
    _running: Running,
    _folder: TempDir,
}

impl Nginx {
    /// Starts nginx with the contents of an `http` block, in which `ADDRESS` is where it is to listen,
    /// `UPSTREAM` the service, and `DIR` a folder of its own.
    pub async fn start(http: &str, upstream: &Server) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let address = free_address();
        let configuration = NGINX
            .replace("HTTP", http)
            .replace("DIR", folder.path().to_str().expect("text"))
            .replace("ADDRESS", &address.to_string())
            .replace("UPSTREAM", &upstream.address().to_string());
        let file = folder.path().join("nginx.conf");
        fs::write(&file, configuration).expect("a file");
        let mut nginx = Command::new("nginx");
        nginx.arg("-c").arg(&file).arg("-p").arg(folder.path());
        nginx.arg("-e").arg(folder.path().join("start.log"));
        let running = started(&mut nginx, address).await;
        Self {
            server: Server::at(address),
            _running: running,
            _folder: folder,
        }
    }
}
