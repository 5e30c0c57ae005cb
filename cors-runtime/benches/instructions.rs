//! Instructions and allocations of one request through axum's router: this crate, its peers, the
//! headers by hand, and no CORS at all.
//!
//! ```sh
//! cargo bench --package cors-runtime --bench instructions
//! ```
//!
//! It runs itself under callgrind once for each case and peer, and prints a table. With `guard` it prints
//! five cases only, and fails where one has grown.

mod callgrind;
mod guard;
mod peers;

use std::env;

use callgrind::{Cost, count};
use peers::{CASES, Case, Peer, app, measured, request};

/// What a first request does once is spread over so many.
const ITERATIONS: u32 = 200;

fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["--measure", case, peer] => measure(case, peer),
        // cargo puts `--bench` before or after what is written.
        words if words.contains(&"guard") => guard::check(),
        _ => print_table(),
    }
}

fn measure(case: &str, peer: &str) {
    let case = CASES
        .iter()
        .find(|known| known.name == case)
        .expect("a case");
    let mut peers = Peer::ALL.into_iter();
    let peer = peers.find(|known| known.name() == peer).expect("a peer");
    let app = app(case, peer).expect("a router");
    for _ in 0..ITERATIONS {
        measured(app.clone(), request(case));
    }
}

/// Prints what each peer costs; its share of tower-http's cost; what it costs beyond no CORS, and its
/// share of that.
fn print_table() {
    println!(
        "| case | peer | instructions | of tower-http | beyond no CORS | of tower-http | allocations |"
    );
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
    for case in &CASES {
        let costs: Vec<_> = Peer::ALL
            .into_iter()
            .filter(|peer| app(case, *peer).is_some())
            .map(|peer| (peer, count(case, peer)))
            .collect();
        print_case(case, &costs);
    }
}

fn print_case(case: &Case, costs: &[(Peer, Cost)]) {
    let of = |wanted| {
        costs
            .iter()
            .find(|(peer, _)| *peer == wanted)
            .map(|(_, cost)| *cost)
    };
    let none = of(Peer::NoCors).expect("a cost").instructions;
    let beyond = |cost: Cost| i128::from(cost.instructions) - i128::from(none);
    let tower_http = of(Peer::TowerHttp);
    let share = |part: i128, whole: Option<i128>| match whole {
        Some(whole) if whole != 0 => format!("{:.3}", part as f64 / whole as f64),
        _ => String::new(),
    };
    for (peer, cost) in costs {
        println!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            case.name,
            peer.name(),
            cost.instructions,
            share(
                cost.instructions.into(),
                tower_http.map(|cost| cost.instructions.into())
            ),
            beyond(*cost),
            share(beyond(*cost), tower_http.map(beyond)),
            cost.allocations,
        );
    }
}
