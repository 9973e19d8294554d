//! How fast a batch's file is read and checked, and in how much memory: `cargo bench -p domain --bench batch`.
//!
//! Each figure comes from a process of its own, because the kernel keeps the peak of memory for a process. Making the file is in the time.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints what it measured, and ends where it can't measure"
)]

use std::{fs, process::Command, time::Duration};

use domain::{
    Yen,
    batch::{Answer, Found, Lines, Numbers, PieceSize, ResultWriter, RowResult, Rules, Scanned, Scanner},
    merchant::{Dialect, Encoding},
    text,
};

const RULES: Rules = Rules { numbers: Numbers::Merchant(Dialect::Asj), most: Yen::MAX };
/// What an object is read by.
const PUSH: usize = 64 * 1024;
const RUNS: usize = 5;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    match asked.as_slice() {
        [kind, rows] => measure(Kind::named(kind), rows.parse().unwrap()),
        _ => print(),
    }
}

/// Runs itself for each figure; answers the median of the runs.
fn print() {
    println!(
        "| file | rows | MB | rows/s on one core: read and check | ns a row | MiB above idle | rows/s: read a piece and answer |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for kind in Kind::ALL {
        for rows in [10_000_u32, 100_000, 1_000_000] {
            let mut runs: Vec<Vec<f64>> = (0..RUNS).map(|_| run(kind, rows)).collect();
            runs.sort_by(|one, other| one[1].total_cmp(&other[1]));
            let peak = runs.iter().map(|run| run[2]).fold(0.0, f64::max);
            let [bytes, seconds, _, again] = runs[RUNS / 2][..] else { panic!("four figures") };
            let rate = |seconds: f64| f64::from(rows) / seconds;
            println!(
                "| {} | {rows} | {:.1} | {:.0} | {:.0} | {:.1} | {:.0} |",
                kind.name(),
                bytes / 1e6,
                rate(seconds),
                seconds / f64::from(rows) * 1e9,
                peak / 1024.0,
                rate(again)
            );
        }
    }
}

fn run(kind: Kind, rows: u32) -> Vec<f64> {
    let output =
        Command::new(std::env::current_exe().unwrap()).args([kind.name(), &rows.to_string()]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().split_whitespace().map(|figure| figure.parse().unwrap()).collect()
}

/// Prints bytes, seconds on the processor, KiB above idle, and the seconds of reading the rows again and answering them.
fn measure(kind: Kind, rows: u32) {
    let mut file = File::new(kind, rows);
    let idle = peak();
    let start = on_cpu();
    let mut scanner = Scanner::new(RULES, PieceSize::new(500, 1024 * 1024));
    let mut pieces = 0;
    while let Some(block) = file.next_block() {
        scanner.push(block).unwrap();
        pieces += scanner.take_pieces().len();
    }
    let scanned = scanner.finish().unwrap();
    let seconds = (on_cpu() - start).as_secs_f64();
    let above = peak() - idle;
    assert_eq!((scanned.rows, scanned.good, scanned.yen), (rows, rows, u64::from(rows) * 1980), "{:?}", scanned.bad);
    assert!(pieces + scanned.pieces.len() >= rows as usize / 500);
    println!("{} {seconds} {above} {}", scanned.bytes, answer(kind, rows, &scanned));
}

/// Reads every piece again and writes its answers, as the functions that charge do.
fn answer(kind: Kind, rows: u32, scanned: &Scanned) -> f64 {
    let bytes: Vec<u8> = File::new(kind, rows.min(50_000)).whole();
    let mut scanner = Scanner::new(RULES, PieceSize::new(500, 1024 * 1024));
    scanner.push(&bytes).unwrap();
    let part = scanner.finish().unwrap();
    let mut seconds = 0.0;
    let mut good = 0_u32;
    while good < rows.clamp(50_000, 200_000) {
        let start = on_cpu();
        for piece in &part.pieces {
            let mut writer = ResultWriter::new(&scanned.layout);
            let range = usize::try_from(piece.start).unwrap()..usize::try_from(piece.end).unwrap();
            for line in Lines::new(&bytes[range], &scanned.layout, RULES, piece) {
                good += u32::from(matches!(line.found, Found::Row(_)));
                let answer =
                    Answer { result: RowResult::Declined, payment: None, code: "do_not_honor", reason: kind.reason() };
                writer.line(line.record, &answer);
            }
            std::hint::black_box(writer.take());
        }
        seconds += (on_cpu() - start).as_secs_f64();
    }
    seconds * f64::from(rows) / f64::from(good)
}

/// What a file is like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Japanese names, header in Japanese, UTF-8.
    Utf8,
    /// The same in CP932, every cell in quotes.
    Cp932,
    /// Header in English above Japanese names: until its end nobody knows that it is UTF-8.
    Undecided,
    /// Order, amount and buyer alone.
    Plain,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Utf8, Self::Cp932, Self::Undecided, Self::Plain];

    const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Cp932 => "cp932-quoted",
            Self::Undecided => "utf-8-english-header",
            Self::Plain => "three-columns",
        }
    }

    fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.name() == name).unwrap()
    }

    const fn reason(self) -> &'static str {
        match self {
            Self::Utf8 | Self::Cp932 => "カード会社が取り扱いを認めませんでした。",
            Self::Undecided | Self::Plain => "Do not honor.",
        }
    }

    const fn head(self) -> &'static str {
        match self {
            Self::Utf8 => {
                "伝票番号,決済金額,購入者ID,氏名,メールアドレス,自由設定項目1,自由設定項目2,自由設定項目3\r\n"
            }
            Self::Cp932 => {
                "\"伝票番号\",\"決済金額\",\"購入者ID\",\"氏名\",\"メールアドレス\",\"自由設定項目1\",\"自由設定項目2\",\"自由設定項目3\"\r\n"
            }
            Self::Undecided => "charge,amount,user,name,mail,free1,free2,free3\r\n",
            Self::Plain => "charge,amount,user\r\n",
        }
    }

    /// A row whose order number is the first ten zeros.
    const fn row(self) -> &'static str {
        match self {
            Self::Utf8 | Self::Undecided => {
                "0000000000,1980,member-48211,山田 太郎,taro.yamada@example.jp,11月分会費,\"新宿区西新宿2-8-1, 3階\",2026-11-30\r\n"
            }
            Self::Cp932 => {
                "\"0000000000\",\"1980\",\"member-48211\",\"山田 太郎\",\"taro.yamada@example.jp\",\"11月分会費\",\"新宿区西新宿2-8-1, 3階\",\"2026-11-30\"\r\n"
            }
            Self::Plain => "0000000000,1980,member-48211\r\n",
        }
    }

    fn bytes(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 | Self::Undecided | Self::Plain => text.as_bytes().to_vec(),
            Self::Cp932 => text::encode(text, Encoding::ShiftJis),
        }
    }
}

/// A file that is made while it is read.
struct File {
    row: Vec<u8>,
    digits: usize,
    block: Vec<u8>,
    next: u32,
    rows: u32,
}

impl File {
    fn new(kind: Kind, rows: u32) -> Self {
        let row = kind.bytes(kind.row());
        let digits = row.iter().position(|b| *b == b'0').unwrap();
        let mut block = Vec::with_capacity(2 * PUSH);
        block.extend(kind.bytes(kind.head()));
        Self { row, digits, block, next: 0, rows }
    }

    fn next_block(&mut self) -> Option<&[u8]> {
        if self.next == self.rows {
            return None;
        }
        if self.next > 0 {
            self.block.clear();
        }
        while self.block.len() < PUSH && self.next < self.rows {
            let mut number = self.next;
            for place in (self.digits..self.digits + 10).rev() {
                self.row[place] = b'0' + (number % 10) as u8;
                number /= 10;
            }
            self.block.extend_from_slice(&self.row);
            self.next += 1;
        }
        Some(&self.block)
    }

    fn whole(mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        while let Some(block) = self.next_block() {
            bytes.extend_from_slice(block);
        }
        bytes
    }
}

/// The most memory that this process has had, in KiB (Linux, proc(5)).
fn peak() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// The first number is the time spent on a processor, in nanoseconds (Linux, Documentation/scheduler/sched-stats). It moves by ticks.
fn on_cpu() -> Duration {
    let line = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(line.split(' ').next().unwrap().parse().unwrap())
}
