//! A 12 megapixel photo into every JPEG and WebP variant, on one core, against sharp.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use image::{ImageEncoder as _, RgbImage, codecs::jpeg::JpegEncoder};
use tokio::process::Command;

use crate::{
    pace::{median, order},
    platform::run,
    report::{Row, Section},
};

const WIDTH: u32 = 4_000;
const HEIGHT: u32 = 3_000;
const ROUNDS: u32 = 5;

/// The processor's seconds for each round, one a line: others' work on this core does not count.
pub fn recode(file: &Path, rounds: u32) -> Result<()> {
    let bytes = std::fs::read(file)?;
    for _ in 0..rounds {
        let began = cpu_s()?;
        let photo = svetu_media::photo::process(&bytes)?;
        println!("{}", cpu_s()? - began);
        ensure!(photo.widths().len() == 5, "five widths were expected");
    }
    Ok(())
}

/// Of this process, by the kernel's account in hundredths (proc(5), `stat`, fields 14 and 15).
fn cpu_s() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    let ticks = fields.split(' ').skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    Ok(ticks / 100.0)
}

pub async fn compare(repeats: usize, node_modules: &Path) -> Result<Section> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("photo.jpg");
    let drawn = file.clone();
    tokio::task::spawn_blocking(move || draw(&drawn)).await??;
    let bytes = std::fs::metadata(&file)?.len();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("sharp.mjs");
    let sharp = node_modules.join("sharp").canonicalize().context("sharp: npm ci in web/")?;
    let program = std::env::current_exe()?;
    let rounds = ROUNDS.to_string();
    let mut seconds = [Vec::new(), Vec::new()];
    for repeat in 0..repeats {
        for who in order(2, repeat) {
            let mut command = Command::new("taskset");
            command.args(["-c", "0"]);
            match who {
                0 => command.arg(&program).arg("photo").arg(&file).arg(&rounds),
                _ => command.arg("node").arg(&script).arg(&sharp).arg(&file).arg(&rounds),
            };
            let out = run(&mut command).await?;
            let laps: Vec<f64> = out.lines().filter_map(|line| line.parse().ok()).collect();
            ensure!(laps.len() == ROUNDS as usize, "{command:?} printed {out}");
            seconds[who].push(median(laps));
        }
    }
    let ratio = median(seconds[0].iter().zip(&seconds[1]).map(|(ours, theirs)| theirs / ours).collect());
    let [ours, theirs] = seconds.map(median);
    Ok(Section {
        rows: vec![Row {
            what: format!(
                "photo {WIDTH}×{HEIGHT} ({} KB) → 5 widths in JPEG and WebP, by processor time on one core",
                bytes / 1_000
            ),
            ours: format!("{:.2} photos/s", 1.0 / ours),
            against: format!("{:.2} photos/s, sharp", 1.0 / theirs),
            ratio,
            bar: "≥ 0.8 of the rate",
            holds: ratio >= 0.8,
        }],
        commands: vec![
            ("Photo, ours".to_owned(), format!("taskset -c 0 svetu-bench photo photo.jpg {ROUNDS}")),
            (
                "Photo, sharp (plan, quality, chroma and effort as ours)".to_owned(),
                format!("taskset -c 0 node bench/sharp.mjs web/node_modules/sharp photo.jpg {ROUNDS}"),
            ),
        ],
    })
}

/// Shapes, gradients and grain: about as hard to encode as a photo of a room.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn draw(file: &Path) -> Result<()> {
    let mut seed = 1_u32;
    let mut grain = move || {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        f64::from(seed % 1_000) / 1_000.0 - 0.5
    };
    let image = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let (u, v) = (f64::from(x) / f64::from(WIDTH), f64::from(y) / f64::from(HEIGHT));
        let wave = (u * 37.0 + (v * 11.0).sin() * 3.0).sin() * (v * 29.0 + (u * 17.0).cos() * 2.0).cos();
        let edge = if (((u * 9.0).floor() + (v * 7.0).floor()) as u32).is_multiple_of(2) { 30.0 } else { -20.0 };
        let light = 120.0 + 60.0 * wave + edge + 18.0 * grain();
        let tone = |shift: f64| (light + 40.0 * (shift + u * 3.0 + v).sin()).clamp(0.0, 255.0) as u8;
        image::Rgb([tone(0.0), tone(1.3), tone(2.6)])
    });
    let into = std::io::BufWriter::new(std::fs::File::create(file)?);
    JpegEncoder::new_with_quality(into, 92).write_image(&image, WIDTH, HEIGHT, image::ExtendedColorType::Rgb8)?;
    Ok(())
}
