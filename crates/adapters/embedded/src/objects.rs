use std::{path::Path, sync::Arc};

use object_store::{ObjectStore, local::LocalFileSystem};

/// Objects as files below a folder, which is made if it is not there.
pub fn local_objects(folder: &Path) -> Result<Arc<dyn ObjectStore>, object_store::Error> {
    std::fs::create_dir_all(folder)
        .map_err(|source| object_store::Error::Generic { store: "local", source: Box::new(source) })?;
    Ok(Arc::new(LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true)))
}
