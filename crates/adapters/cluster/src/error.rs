/// What keeps a process from being one of a cluster.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    #[error("{key}: {path}: {cause}")]
    File { key: &'static str, path: String, cause: String },
    #[error("{key}: {cause}")]
    Setting { key: String, cause: String },
    #[error("the document of the API: {0}")]
    Document(String),
    #[error("certificates: {0}")]
    Certificates(String),
}

impl ClusterError {
    pub(crate) fn file(key: &'static str, path: &std::path::Path, cause: impl ToString) -> Self {
        Self::File { key, path: path.display().to_string(), cause: cause.to_string() }
    }
}
