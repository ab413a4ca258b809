//! QR codes as inline SVG: one path, dark on white whatever the colour scheme, for cameras.

use std::fmt::{self, Write as _};

use askama::filters::HtmlSafe;
use qrcode::{Color, EcLevel, QrCode};

/// Modules of white that [ISO/IEC 18004] wants around the code.
///
/// [ISO/IEC 18004]: https://www.iso.org/standard/62021.html
const QUIET: usize = 4;

/// The drawing of a QR code, without the `svg` element around it.
pub(super) struct Qr {
    /// Width and height in modules.
    pub(super) size: usize,
    path: String,
}

impl Qr {
    /// `text` as a code; none if it is too long for one.
    pub(super) fn new(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let (width, colors) = (code.width(), code.to_colors());
        let mut path = String::new();
        for (y, row) in colors.chunks(width).enumerate() {
            let mut x = 0;
            // Runs of one colour; the dark ones become bars of height one.
            for run in row.chunk_by(|left, right| left == right) {
                if run.first() == Some(&Color::Dark) {
                    // Writing to a string does not fail.
                    let _ = write!(path, "M{} {}h{}v1h-{}z", x + QUIET, y + QUIET, run.len(), run.len());
                }
                x += run.len();
            }
        }
        Some(Self { size: width + 2 * QUIET, path })
    }
}

impl fmt::Display for Qr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { size, path } = self;
        write!(f, "<path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/><path fill=\"#000\" d=\"{path}\"/>")
    }
}

impl HtmlSafe for Qr {}
