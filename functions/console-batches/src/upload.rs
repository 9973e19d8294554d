//! The form that takes a file straight into the bucket: one key, bounded, for ten minutes. Nothing of the file passes through here.

use std::time::Duration;

use console::Refusal;
use domain::batch::{BatchId, Inbox, MAX_BYTES};
use jiff::Timestamp;
use outbound::objects::{PostForm, PostTerms};

use crate::{Call, address_of};

/// How long the form is good.
const GOOD_FOR: Duration = Duration::from_secs(600);

/// A form, and until when it is good.
pub(crate) struct UploadForm {
    pub(crate) post: PostForm,
    pub(crate) good_until: Timestamp,
}

/// Signs a form for a new batch's file.
pub(crate) async fn form(call: &Call<'_>) -> Result<UploadForm, Refusal> {
    let (id, now) = (BatchId::at(call.visit.now, u64::from_be_bytes(inbound::random()?)), call.visit.now);
    let terms = PostTerms {
        key: &Inbox::key(call.visit.merchant_id(), &id),
        content_type: "text/csv",
        bytes: &(1..=MAX_BYTES),
        expires_in: GOOD_FOR,
        redirect: Some(&format!("{}{}", call.deps.page_origin, address_of(&id))),
    };
    let post = call.deps.files.presigned_post(&terms, now).await?;
    Ok(UploadForm { post, good_until: now.saturating_add(GOOD_FOR).unwrap_or(Timestamp::MAX) })
}
