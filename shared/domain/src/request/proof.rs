//! Who sent it: `sig`, and `user` with `time` and `key`. Looked at before anything else of a request is believed or decoded.

use jiff::Timestamp;

use super::{Field, Problem, RequestError, Secrets, Wire};
use crate::{
    signing::{KeyFields, unix_seconds, verify_key, verify_request},
    wire::Parameters,
};

/// Checks whatever signs this request, and that what must be signed is.
pub(super) fn verify(wire: Wire<'_>, secrets: &Secrets, now: Timestamp) -> Result<(), RequestError> {
    let [sig, key, user, time] = [Field::Sig, Field::Key, Field::User, Field::Time].map(|field| wire.given(field));
    match (sig, key, user) {
        (None, _, _) if wire.merchant.sig.required => return Err(wire.refuse(Field::Sig, Problem::SigMissing)),
        (_, Some(_), None) => return Err(wire.refuse(Field::Key, Problem::KeyWithoutUser)),
        (_, _, Some(_)) if !wire.merchant.card_on_file => {
            return Err(wire.refuse(Field::User, Problem::CardOnFileOff));
        }
        (None, None, Some(_)) => return Err(wire.refuse(Field::Key, Problem::KeyMissing)),
        (None, None, None) => {
            return time.map_or(Ok(()), |_| Err(wire.refuse(Field::Time, Problem::TimeUnsigned)));
        }
        (Some(_), _, _) | (None, Some(_), Some(_)) => {}
    }
    let time = time.ok_or_else(|| wire.refuse(Field::Time, Problem::TimeMissing))?;
    let sig_holds = sig.is_none_or(|sig| {
        verify_request(sig, &secrets.sig_secrets, but_sig(wire.parameters, Field::Sig.wire_name(wire.merchant)))
    });
    let key_holds = key.is_none_or(|key| verify_key(key, key_fields(wire, time), &secrets.key_passwords));
    if !(sig_holds && key_holds) {
        return Err(Problem::MerchantOrSignature.into());
    }
    let time_s = unix_seconds(time).ok_or_else(|| wire.refuse(Field::Time, Problem::TimeMalformed))?;
    let fresh = wire.merchant.request_window.holds(time_s, now);
    if fresh { Ok(()) } else { Err(wire.refuse(Field::Time, Problem::TimeOutsideWindow)) }
}

/// What the key covers. `admin` is the merchant's own number: it may have come in the path.
pub(super) fn key_fields<'a>(wire: Wire<'a>, time: &'a [u8]) -> KeyFields<'a> {
    let [amount, charge, user] =
        [Field::Amount, Field::Charge, Field::User].map(|field| wire.given(field).unwrap_or_default());
    KeyFields { admin: wire.merchant.id.as_str().as_bytes(), amount, charge, user, time }
}

/// All parameters but the signature itself.
pub(super) fn but_sig<'a>(parameters: &'a Parameters, sig_name: &'a str) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
    parameters.iter().filter(move |(name, _)| *name != sig_name.as_bytes())
}
