use svetu_ports::search_index::SearchIndexError;
use tantivy::TantivyError;

/// What Tantivy says, as the port says it.
pub(crate) fn engine(error: TantivyError) -> SearchIndexError {
    match error {
        TantivyError::DataCorruption(_) | TantivyError::IncompatibleIndex(_) | TantivyError::SchemaError(_) => {
            SearchIndexError::Damaged(error.to_string())
        }
        other => SearchIndexError::Unavailable(other.to_string()),
    }
}

pub(crate) fn gone<E: std::fmt::Display>(error: E) -> SearchIndexError {
    SearchIndexError::Unavailable(error.to_string())
}
