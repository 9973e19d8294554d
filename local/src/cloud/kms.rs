//! KMS: real authenticated encryption under keys that never leave the state's file.

use super::caller::Caller;
use super::protocol::{AwsCall, AwsError, Reply, authorize};
use super::spec::KeySpec;
use super::tables::storage;
use super::{Cloud, CloudError, queue};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::BASE64;
use rusqlite::{OptionalExtension as _, params};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The largest plaintext (KMS API reference, "Encrypt").
const MAX_PLAINTEXT_BYTES: usize = 4096;
const NONCE_BYTES: usize = 24;

/// Creates a key with fresh material unless it is there.
pub(super) fn create(cloud: &Cloud, key: &KeySpec) -> Result<(), CloudError> {
    let mut material = [0; 32];
    getrandom::fill(&mut material).map_err(storage)?;
    cloud.inner.state.with(|state| {
        state.execute(
            "INSERT INTO key (id, alias, material) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET alias = excluded.alias",
            params![key.id, key.alias, material],
        )?;
        Ok(())
    })
}

/// Answers one call.
pub(super) fn answer(cloud: &Cloud, caller: &Caller, call: &AwsCall<'_>) -> Result<Reply, AwsError> {
    let request: Value = serde_json::from_slice(call.body)
        .map_err(|error| AwsError::refused("SerializationException", error.to_string()))?;
    cloud.inner.usage.count_service(caller, call.service);
    let desk = Desk { cloud, caller, request: &request };
    let answer = match call.operation {
        "Encrypt" => desk.encrypt(),
        "Decrypt" => desk.decrypt(),
        "GenerateDataKey" => desk.generate_data_key(true),
        "GenerateDataKeyWithoutPlaintext" => desk.generate_data_key(false),
        "DescribeKey" => desk.describe_key(),
        "CreateKey" => desk.create_key(),
        _ => Err(AwsError::unknown_operation(call)),
    }?;
    Reply::json(&answer)
}

/// The key that a call names, for the record of calls.
pub(super) fn resource(body: &Value) -> String {
    body.get("KeyId").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// One call at work.
struct Desk<'call> {
    cloud: &'call Cloud,
    caller: &'call Caller,
    request: &'call Value,
}

struct Key {
    id: String,
    arn: String,
    cipher: XChaCha20Poly1305,
}

impl Desk<'_> {
    fn encrypt(&self) -> Result<Value, AwsError> {
        let key = self.key("kms:Encrypt")?;
        let plaintext = self.bytes("Plaintext")?;
        if plaintext.is_empty() || plaintext.len() > MAX_PLAINTEXT_BYTES {
            return Err(AwsError::refused("ValidationException", "a plaintext has 1 to 4096 bytes"));
        }
        Ok(json!({
            "CiphertextBlob": BASE64.encode(&self.seal(&key, &plaintext)?),
            "KeyId": key.arn,
            "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        }))
    }

    fn decrypt(&self) -> Result<Value, AwsError> {
        let blob = self.bytes("CiphertextBlob")?;
        let (id, sealed) = split(&blob).ok_or_else(invalid_ciphertext)?;
        if self.request.get("KeyId").is_some() && self.key("kms:Decrypt")?.id != id {
            return Err(AwsError::refused("IncorrectKeyException", "the ciphertext is of another key"));
        }
        let key = self.find("kms:Decrypt", id)?.ok_or_else(invalid_ciphertext)?;
        let plaintext = self.open(&key, sealed)?;
        Ok(json!({
            "Plaintext": BASE64.encode(&plaintext),
            "KeyId": key.arn,
            "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        }))
    }

    fn generate_data_key(&self, show: bool) -> Result<Value, AwsError> {
        let action = if show { "kms:GenerateDataKey" } else { "kms:GenerateDataKeyWithoutPlaintext" };
        let key = self.key(action)?;
        let bytes = match (self.request.get("KeySpec").and_then(Value::as_str), self.request.get("NumberOfBytes")) {
            (Some("AES_256"), None) => 32,
            (Some("AES_128"), None) => 16,
            (None, Some(bytes)) => bytes.as_u64().and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(0),
            _ => 0,
        };
        if !(1..=1024).contains(&bytes) {
            return Err(AwsError::refused("ValidationException", "KeySpec or 1 to 1024 NumberOfBytes, one of them"));
        }
        let mut plaintext = vec![0; bytes];
        random(&mut plaintext)?;
        let mut answer = json!({ "CiphertextBlob": BASE64.encode(&self.seal(&key, &plaintext)?), "KeyId": key.arn });
        if let (Some(answer), true) = (answer.as_object_mut(), show) {
            answer.insert("Plaintext".to_owned(), json!(BASE64.encode(&plaintext)));
        }
        Ok(answer)
    }

    fn describe_key(&self) -> Result<Value, AwsError> {
        let key = self.key("kms:DescribeKey")?;
        Ok(json!({ "KeyMetadata": self.metadata(&key.id) }))
    }

    fn create_key(&self) -> Result<Value, AwsError> {
        authorize(self.caller, "kms:CreateKey", "*")?;
        let usage = self.request.get("KeyUsage").and_then(Value::as_str).unwrap_or("ENCRYPT_DECRYPT");
        let spec = self.request.get("KeySpec").and_then(Value::as_str).unwrap_or("SYMMETRIC_DEFAULT");
        if (usage, spec) != ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT") {
            return Err(AwsError::refused(
                "UnsupportedOperationException",
                "only symmetric encryption keys are made here",
            ));
        }
        let id = queue::new_id()?;
        create(self.cloud, &KeySpec { id: id.clone(), alias: None })?;
        Ok(json!({ "KeyMetadata": self.metadata(&id) }))
    }

    fn metadata(&self, id: &str) -> Value {
        json!({
            "KeyId": id,
            "Arn": self.cloud.key_arn(id),
            "AWSAccountId": self.cloud.inner.account,
            "Enabled": true,
            "KeyState": "Enabled",
            "KeyUsage": "ENCRYPT_DECRYPT",
            "KeySpec": "SYMMETRIC_DEFAULT",
            "KeyManager": "CUSTOMER",
            "Origin": "AWS_KMS",
        })
    }

    /// The key that the request names by id, ARN or alias.
    fn key(&self, action: &str) -> Result<Key, AwsError> {
        let name = self.request.get("KeyId").and_then(Value::as_str).unwrap_or_default();
        let missing = || AwsError::refused("NotFoundException", format!("there is no key {name}"));
        self.find(action, name)?.ok_or_else(missing)
    }

    fn find(&self, action: &str, name: &str) -> Result<Option<Key>, AwsError> {
        let plain = name.rsplit(":key/").next().unwrap_or(name);
        let alias = name.find("alias/").and_then(|start| name.get(start..));
        let select = "SELECT id, material FROM key WHERE id = ?1 OR alias = ?2";
        let found: Option<(String, [u8; 32])> = self.cloud.inner.state.with(|state| {
            let mut select = state.prepare_cached(select)?;
            select.query_row(params![plain, alias], |row| Ok((row.get(0)?, row.get(1)?))).optional()
        })?;
        let arn = self.cloud.key_arn(found.as_ref().map_or(plain, |(id, _)| id));
        authorize(self.caller, action, &arn)?;
        Ok(found.map(|(id, material)| Key { id, arn, cipher: XChaCha20Poly1305::new(&material.into()) }))
    }

    /// The blob is the key's id and what only that key with the same context opens.
    fn seal(&self, key: &Key, plaintext: &[u8]) -> Result<Vec<u8>, AwsError> {
        let mut nonce = [0; NONCE_BYTES];
        random(&mut nonce)?;
        let payload = Payload { msg: plaintext, aad: &self.context(key)? };
        let sealed = key.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|error| AwsError::internal(&error))?;
        let length = u8::try_from(key.id.len()).map_err(|error| AwsError::internal(&error))?;
        Ok([&[length], key.id.as_bytes(), &nonce, &sealed].concat())
    }

    fn open(&self, key: &Key, sealed: &[u8]) -> Result<Vec<u8>, AwsError> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or_else(invalid_ciphertext)?;
        let payload = Payload { msg: sealed, aad: &self.context(key)? };
        key.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| invalid_ciphertext())
    }

    /// The encryption context in one order, bound to the key.
    fn context(&self, key: &Key) -> Result<Vec<u8>, AwsError> {
        let context = self.request.get("EncryptionContext").cloned().unwrap_or_else(|| json!({}));
        let sorted: BTreeMap<String, String> = serde_json::from_value(context)
            .map_err(|_| AwsError::refused("SerializationException", "an encryption context is a map of texts"))?;
        serde_json::to_vec(&(&key.arn, sorted)).map_err(|error| AwsError::internal(&error))
    }

    fn bytes(&self, name: &str) -> Result<Vec<u8>, AwsError> {
        let text = self.request.get(name).and_then(Value::as_str).unwrap_or_default();
        let bytes = BASE64.decode(text.as_bytes());
        bytes.map_err(|_| AwsError::refused("SerializationException", format!("{name} is not Base64")))
    }
}

/// The key's id and the rest of a blob.
fn split(blob: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = blob.split_first()?;
    let (id, sealed) = rest.split_at_checked(usize::from(*length))?;
    Some((std::str::from_utf8(id).ok()?, sealed))
}

fn random(bytes: &mut [u8]) -> Result<(), AwsError> {
    getrandom::fill(bytes).map_err(|error| AwsError::internal(&error))
}

fn invalid_ciphertext() -> AwsError {
    AwsError::refused("InvalidCiphertextException", "the ciphertext doesn't belong to this key and context")
}
