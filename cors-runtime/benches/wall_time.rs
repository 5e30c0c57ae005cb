//! Nanoseconds of the same requests. Look at ratios of one run: a machine has its moods.
//!
//! ```sh
//! cargo bench --package cors-runtime --bench wall_time
//! ```

mod peers;

use std::fmt;

use divan::Bencher;
use peers::{CASES, Case, Peer, app, measured, request};

/// A case as a peer answers it.
struct Pairing {
    case: &'static Case,
    peer: Peer,
}

impl fmt::Display for Pairing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.case.name, self.peer.name())
    }
}

fn main() {
    divan::main();
}

fn pairings() -> impl Iterator<Item = Pairing> {
    CASES.iter().flat_map(|case| {
        let peers = Peer::ALL.into_iter();
        let peers = peers.filter(|peer| app(case, *peer).is_some());
        peers.map(move |peer| Pairing { case, peer })
    })
}

#[divan::bench(args = pairings())]
fn a_request(bencher: Bencher<'_, '_>, pairing: &Pairing) {
    let app = app(pairing.case, pairing.peer)
        .expect("a router")
        .with_state::<()>(());
    bencher
        .with_inputs(|| (app.clone(), request(pairing.case)))
        .bench_values(|(app, request)| measured(app, request));
}
