//! A badge for READMEs and portals: an SVG of one line, made of rectangles and text alone.

use std::io::{self, Write};

use crate::report::Report;

/// What stands on the left.
const LABEL: &str = "platform maturity";
/// The height, and the space beside a text.
const HEIGHT: u32 = 20;
const MARGIN: u32 = 6;

/// Writes the badge: the level that is certain. What could be more is said to those who ask what the badge means.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let level = &report.summary.level;
    let value = format!("level {}", level.low);
    let title = match level.high {
        high if high > level.low => format!("{LABEL}: {value} is certain, level {high} is possible"),
        _ => format!("{LABEL}: {value}"),
    };
    let colour = match level.low {
        0 => "#b3261e",
        1 => "#9a5b00",
        2 => "#6b6b00",
        3 => "#2e7031",
        _ => "#1f6f43",
    };
    let (left, right) = (text_width(LABEL) + 2 * MARGIN, text_width(&value) + 2 * MARGIN);
    let width = left + right;
    writeln!(
        out,
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" role="img" aria-label="{title}">
<title>{title}</title>
<clipPath id="r"><rect width="{width}" height="{HEIGHT}" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="{left}" height="{HEIGHT}" fill="#444"/><rect x="{left}" width="{right}" height="{HEIGHT}" fill="{colour}"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{}" y="14">{LABEL}</text>
<text x="{}" y="14">{value}</text>
</g>
</svg>"##,
        left / 2,
        left + right / 2,
    )
}

/// About how wide a text is in this font, in pixels: its narrow characters are about half as wide as the others.
fn text_width(text: &str) -> u32 {
    let tenths: u32 = text
        .chars()
        .map(|it| match it {
            'i' | 'j' | 'l' | 't' | 'f' | 'r' | ' ' => 42,
            'm' | 'w' => 102,
            _ => 70,
        })
        .sum();
    tenths.div_ceil(10)
}
