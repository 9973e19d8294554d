//! Keys: a ciphertext belongs to its key and its context.

use super::endpoint::Endpoint;
use aws_sdk_kms::operation::decrypt::DecryptError;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;

async fn key(endpoint: &Endpoint) -> String {
    endpoint.kms.create_key().send().await.unwrap().key_metadata.unwrap().arn.unwrap()
}

#[tokio::test]
async fn what_was_encrypted_is_decrypted_with_the_same_context_only() {
    let endpoint = Endpoint::connect().await;
    let key = key(&endpoint).await;
    let encrypt = endpoint.kms.encrypt().key_id(&key).plaintext(Blob::new("secret"));
    let sealed = encrypt.encryption_context("merchant", "4000").encryption_context("purpose", "form").send().await;
    let sealed = sealed.unwrap().ciphertext_blob.unwrap();
    let decrypt = |merchant: &str| {
        let decrypt = endpoint.kms.decrypt().ciphertext_blob(sealed.clone());
        decrypt.encryption_context("purpose", "form").encryption_context("merchant", merchant).send()
    };
    let opened = decrypt("4000").await.unwrap();
    assert_eq!(opened.plaintext.unwrap().as_ref(), b"secret");
    assert_eq!(opened.key_id, Some(key));
    let error = decrypt("2400").await.unwrap_err().into_service_error();
    assert!(matches!(error, DecryptError::InvalidCiphertextException(_)), "{error:?}");
    let error = endpoint.kms.decrypt().ciphertext_blob(sealed).send().await.unwrap_err().into_service_error();
    assert!(matches!(error, DecryptError::InvalidCiphertextException(_)), "{error:?}");
}

#[tokio::test]
async fn a_changed_ciphertext_and_another_key_are_refused() {
    let endpoint = Endpoint::connect().await;
    let (key, other) = (key(&endpoint).await, key(&endpoint).await);
    let sealed = endpoint.kms.encrypt().key_id(&key).plaintext(Blob::new("secret")).send().await.unwrap();
    let sealed = sealed.ciphertext_blob.unwrap();
    let decrypt = endpoint.kms.decrypt().key_id(other).ciphertext_blob(sealed.clone());
    let error = decrypt.send().await.unwrap_err().into_service_error();
    assert!(matches!(error, DecryptError::IncorrectKeyException(_)), "{error:?}");
    let mut changed = sealed.into_inner();
    *changed.last_mut().unwrap() ^= 1;
    let error = endpoint.kms.decrypt().ciphertext_blob(Blob::new(changed)).send().await.unwrap_err();
    let error = error.into_service_error();
    assert!(matches!(error, DecryptError::InvalidCiphertextException(_)), "{error:?}");
}

#[tokio::test]
async fn a_data_key_comes_with_its_ciphertext() {
    let endpoint = Endpoint::connect().await;
    let key = key(&endpoint).await;
    let generate = endpoint.kms.generate_data_key().key_id(&key).key_spec(DataKeySpec::Aes256);
    let made = generate.encryption_context("purpose", "seal").send().await.unwrap();
    let plaintext = made.plaintext.unwrap();
    assert_eq!(plaintext.as_ref().len(), 32);
    let decrypt = endpoint.kms.decrypt().ciphertext_blob(made.ciphertext_blob.unwrap());
    let opened = decrypt.encryption_context("purpose", "seal").send().await.unwrap();
    assert_eq!(opened.plaintext.unwrap(), plaintext);
}

#[tokio::test]
async fn a_key_is_described_and_a_missing_one_is_told() {
    let endpoint = Endpoint::connect().await;
    let key = key(&endpoint).await;
    let described = endpoint.kms.describe_key().key_id(&key).send().await.unwrap().key_metadata.unwrap();
    assert_eq!(described.arn, Some(key.clone()));
    assert!(described.enabled);
    let missing = format!("{}{}", key.rsplit_once('/').unwrap().0, "/00000000-0000-0000-0000-000000000000");
    let error = endpoint.kms.describe_key().key_id(missing).send().await.unwrap_err().into_service_error();
    assert!(error.is_not_found_exception(), "{error:?}");
}
