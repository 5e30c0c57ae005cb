//! Requests per second, and the time within which 99 of 100 are answered, through a real server on
//! loopback with kept connections. `wrk` is the client.
//!
//! ```sh
//! cargo bench --package cors-runtime --bench server
//! ```
//!
//! The peers take turns, one second each. What is printed are medians over the rounds, with the least and
//! the most; a share of no CORS is that of the same round, since the machine's speed drifts.

#[expect(
    dead_code,
    reason = "only some peers are served, and wrk sends the requests"
)]
mod peers;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    process::{Command, exit},
    time::Duration,
};

use peers::{CASES, Case, Peer, app};
use tokio::net::TcpListener;

const ROUNDS: usize = 24;
const SECONDS: u32 = 1;
const SERVED: [Peer; 5] = [
    Peer::NoCors,
    Peer::ByHand,
    Peer::Ours,
    Peer::OursCorsRouter,
    Peer::TowerHttp,
];

/// What `wrk` has measured in one round.
#[derive(Clone, Copy, Debug)]
struct Load {
    requests_per_second: f64,
    p99: Duration,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() {
    println!(
        "| case | peer | requests/s (least to most) | of no CORS (least to most) | p99, µs (least to most) |"
    );
    println!("| --- | --- | ---: | ---: | ---: |");
    for name in ["preflight, open", "request, open", "request, listed"] {
        let case = CASES.iter().find(|case| case.name == name).expect("a case");
        let mut addresses = Vec::new();
        for peer in SERVED {
            addresses.push((peer, serve(case, peer).await));
        }
        let mut loads: BTreeMap<&str, Vec<Load>> = BTreeMap::new();
        for round in 0..ROUNDS {
            // Each goes first as often as the others.
            addresses.rotate_left(round % SERVED.len());
            for (peer, address) in &addresses {
                let preflight = case.preflight;
                let address = *address;
                let load = tokio::task::spawn_blocking(move || load(address, preflight));
                let load = load.await.expect("a load");
                loads.entry(peer.name()).or_default().push(load);
            }
        }
        print_case(case, &loads);
    }
}

async fn serve(case: &Case, peer: Peer) -> SocketAddr {
    let app = app(case, peer).expect("a router");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await.expect("a server") });
    address
}

fn load(address: SocketAddr, preflight: bool) -> Load {
    let mut wrk = Command::new("wrk");
    wrk.args(["--threads", "1", "--connections", "32", "--latency"])
        .args(["--duration", &format!("{SECONDS}s")])
        .args(["--header", "Origin: https://app.example.com"]);
    let script = std::env::temp_dir().join(format!("cors-preflight-{}.lua", std::process::id()));
    if preflight {
        std::fs::write(&script, "wrk.method = \"OPTIONS\"\n").expect("a script");
        wrk.arg("--script")
            .arg(&script)
            .args(["--header", "Access-Control-Request-Method: PUT"])
            .args([
                "--header",
                "Access-Control-Request-Headers: content-type,x-token",
            ]);
    }
    let output = wrk.arg(format!("http://{address}/items")).output();
    let output = output.unwrap_or_else(|error| {
        eprintln!("wrk cannot be run: {error}");
        exit(2);
    });
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    let after = |label: &str| {
        let mut lines = report.lines().map(str::trim);
        let value = lines.find_map(|line| line.strip_prefix(label));
        value
            .unwrap_or_else(|| panic!("{report}"))
            .trim()
            .to_owned()
    };
    Load {
        requests_per_second: after("Requests/sec:").parse().expect("a number"),
        p99: duration(&after("99%")),
    }
}

/// A duration as `wrk` writes it.
fn duration(text: &str) -> Duration {
    let units = [("us", 1e-6), ("ms", 1e-3), ("s", 1.0)];
    let seconds = units.into_iter().find_map(|(unit, seconds)| {
        let number: f64 = text.strip_suffix(unit)?.parse().ok()?;
        Some(number * seconds)
    });
    Duration::from_secs_f64(seconds.expect("a duration"))
}

fn print_case(case: &Case, loads: &BTreeMap<&str, Vec<Load>>) {
    let none = &loads[Peer::NoCors.name()];
    for peer in SERVED.map(Peer::name) {
        let loads = &loads[peer];
        let rates = loads.iter().map(|load| load.requests_per_second);
        let (least, rate, most) = spread(rates.clone());
        let of_none = none.iter().map(|load| load.requests_per_second);
        let (worst, share, best) = spread(rates.zip(of_none).map(|(ours, none)| ours / none));
        let micros = loads.iter().map(|load| load.p99.as_secs_f64() * 1e6);
        let (fast, p99, slow) = spread(micros);
        println!(
            "| {} | {peer} | {rate:.0} ({least:.0} to {most:.0}) | {share:.3} ({worst:.2} to {best:.2}) | {p99:.0} ({fast:.0} to {slow:.0}) |",
            case.name,
        );
    }
}

/// The least, the median and the most.
fn spread(values: impl Iterator<Item = f64>) -> (f64, f64, f64) {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    (
        values[0],
        values[values.len() / 2],
        values[values.len() - 1],
    )
}
