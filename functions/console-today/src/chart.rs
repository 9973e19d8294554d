//! The chart of days: bars drawn by the server, with whole numbers, for whoever sees; the table beside it holds the same figures.

use jiff::civil::Date;
use words::console::transactions::sum_figure;

/// How wide the drawing is, in its own units; so is everything below.
const WIDTH: i64 = 760;
/// Where the bars begin: figures stand to the left.
const LEFT: i64 = 100;
/// How high the highest bar may be.
const HEIGHT: i64 = 160;
/// Room above the bars.
const TOP: i64 = 12;
/// Every so many days have their date written.
const DATED: usize = 5;

/// A drawing.
pub(crate) struct Chart {
    pub(crate) bars: Vec<Bar>,
    pub(crate) lines: Vec<Line>,
    pub(crate) dates: Vec<Label>,
    pub(crate) base: i64,
}

/// One day's bar.
pub(crate) struct Bar {
    pub(crate) x: i64,
    pub(crate) y: i64,
    pub(crate) width: i64,
    pub(crate) height: i64,
    /// What a pointer that rests on it is told.
    pub(crate) title: String,
}

/// A line across, with what it stands for.
pub(crate) struct Line {
    pub(crate) y: i64,
    /// Where the text's foot is, so that its middle is beside the line.
    pub(crate) text_y: i64,
    pub(crate) text: String,
}

/// A text at a place.
pub(crate) struct Label {
    pub(crate) x: i64,
    pub(crate) text: String,
}

impl Chart {
    /// The bars of these days. A sum below nothing (more taken back than came) is drawn as nothing.
    pub(crate) fn new(days: &[(Date, i64)]) -> Self {
        let highest = scale(days.iter().map(|(_, yen)| *yen).max().unwrap_or(0));
        let count = i64::try_from(days.len()).unwrap_or(1).max(1);
        let step = WIDTH.saturating_sub(LEFT).div_euclid(count).max(1);
        let base = TOP.saturating_add(HEIGHT);
        let high = |yen: i64| HEIGHT.saturating_mul(yen.max(0)).div_euclid(highest);
        let x = |place: i64| LEFT.saturating_add(step.saturating_mul(place));
        let places = || (0_i64..).zip(days);
        Self {
            bars: places()
                .map(|(place, (day, yen))| Bar {
                    x: x(place).saturating_add(2),
                    y: base.saturating_sub(high(*yen)),
                    width: step.saturating_sub(4).max(1),
                    height: high(*yen),
                    title: format!("{day} {}", sum_figure(*yen)),
                })
                .collect(),
            lines: [highest, highest.div_euclid(2)]
                .map(|yen| {
                    let y = base.saturating_sub(high(yen));
                    Line { y, text_y: y.saturating_add(5), text: sum_figure(yen) }
                })
                .into(),
            dates: places()
                .step_by(DATED)
                .map(|(place, (day, _))| Label { x: x(place), text: format!("{}/{}", day.month(), day.day()) })
                .collect(),
            base,
        }
    }
}

/// The first of 2, 4, 10, 20, 40, 100 … that nothing is above, so that half of it is a round number too.
fn scale(greatest: i64) -> i64 {
    let mut unit = 1_i64;
    loop {
        for factor in [2, 4, 10] {
            let scale = unit.saturating_mul(factor);
            if scale >= greatest {
                return scale;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::{ToSpan, civil::date};

    #[test]
    fn the_scale_is_round_and_holds_everything() {
        for (greatest, scale_of) in [(0, 2), (3, 4), (11, 20), (9_999_999, 10_000_000), (21_000, 40_000)] {
            assert_eq!(scale(greatest), scale_of);
        }
        assert!(scale(i64::MAX) > 0, "it ends");
    }

    #[test]
    fn bars_stay_in_the_drawing() {
        let days: Vec<(Date, i64)> =
            date(2026, 11, 1).series(1.day()).take(31).zip((0..).map(|n| n * 1_000 - 500)).collect();
        let chart = Chart::new(&days);
        assert_eq!(chart.bars.len(), 31);
        for bar in &chart.bars {
            assert!(bar.x >= LEFT && bar.x + bar.width <= WIDTH && bar.y >= TOP && bar.height >= 0, "{}", bar.title);
            assert_eq!(bar.y + bar.height, chart.base);
        }
        assert_eq!(Chart::new(&[]).bars.len(), 0);
    }
}
