//! Files of a folder against MinIO.

use std::{path::Path as FilePath, sync::Arc};

use anyhow::{Result, ensure};
use bytes::Bytes;
use object_store::{ObjectStore, path::Path};
use rand::{RngCore as _, SeedableRng as _, rngs::StdRng};
use svetu_s3::Bucket;

use super::{Both, BothLaps, SIDES, megabytes, memory, real, real::Real, row};
use crate::{
    pace::{at_once, order},
    report::Section,
};

/// Name, bytes, objects of a repeat.
const SIZES: [(&str, usize, usize); 2] = [("200 KiB", 200 * 1024, 200), ("8 MiB", 8 * 1024 * 1024, 20)];

fn open(place: &str, is_real: bool) -> Result<Arc<dyn ObjectStore>> {
    Ok(if is_real { Bucket::try_new(place)? } else { svetu_embedded::local_objects(FilePath::new(place))? })
}

/// Of the real store or of a folder, whatever the side.
fn place<'a>(side: usize, folder: &'a str, url: &'a str) -> &'a str {
    if side == 1 { url } else { folder }
}

pub async fn compare(xtask: &FilePath, repeats: usize) -> Result<Section> {
    let minio = Real::start(xtask, "minio")?;
    let folder = real::folder()?;
    let folder = folder.path().to_string_lossy();
    let sides = [open(&folder, false)?, open(minio.url(), true)?];
    let mut rows = Vec::new();
    for (size, bytes, objects) in SIZES {
        let body = noise(bytes);
        let mut laps: [BothLaps; 2] = Default::default();
        for repeat in 0..repeats {
            for side in order(SIDES.len(), repeat) {
                let store = Arc::clone(&sides[side]);
                let (body, to) = (body.clone(), Arc::clone(&store));
                let put = move |at: usize| {
                    let (store, body) = (Arc::clone(&to), body.clone());
                    async move {
                        store.put(&name(bytes, repeat, at), body.into()).await?;
                        Ok(())
                    }
                };
                laps[0].push(side, at_once(1, objects, put).await?);
                let get = move |at: usize| {
                    let store = Arc::clone(&store);
                    async move {
                        let got = store.get(&name(bytes, repeat, at)).await?.bytes().await?;
                        ensure!(got.len() == bytes, "{} of {bytes} bytes", got.len());
                        Ok(())
                    }
                };
                laps[1].push(side, at_once(1, objects, get).await?);
            }
        }
        #[allow(clippy::cast_precision_loss)]
        let rate = move |rate: f64| format!("{:.0} MB/s", rate * bytes as f64 / 1e6);
        for (what, laps) in ["put", "get"].iter().zip(&laps) {
            rows.push(laps.row(format!("objects: {what} {size}, one after the other"), Some(&rate)));
        }
    }
    let mut ours = Both::default();
    for side in 0..SIDES.len() {
        ours.push(side, memory::grown_mb("objects", place(side, &folder, minio.url()), side).await?);
    }
    rows.push(ours.row("objects: memory of our process after 20 of 8 MiB", megabytes));
    rows.push(row("objects: memory of the engine", "–".to_owned(), megabytes(minio.memory_mb()?), f64::NAN));
    let asked = "ObjectStore::put and ::get of bytes that do not compress: a folder (LocalFileSystem, no fsync) · MinIO on one drive \
                 of the same disk (SHA-256 of each upload). What was put is read from the system's page cache on both sides.";
    Ok(Section { rows, commands: vec![("Objects".to_owned(), asked.to_owned())] })
}

fn name(bytes: usize, repeat: usize, at: usize) -> Path {
    Path::from(format!("bench/{bytes}/{repeat}/{at}"))
}

fn noise(bytes: usize) -> Bytes {
    let mut body = vec![0; bytes];
    StdRng::seed_from_u64(1).fill_bytes(&mut body);
    body.into()
}

pub async fn grow(work: &memory::Work) -> Result<f64> {
    let (_, bytes, objects) = SIZES[1];
    let body = noise(bytes);
    let before = real::own_mb()?;
    let store = open(work.place(), work.is_real())?;
    for at in 0..objects {
        store.put(&name(bytes, usize::MAX, at), body.clone().into()).await?;
        ensure!(store.get(&name(bytes, usize::MAX, at)).await?.bytes().await?.len() == bytes, "bytes are lost");
    }
    memory::since(before)
}
