//! Encrypted connections, with and without certificates of clients.

use crate::venue::Venue;
use coretime_gateway::{GatewayConfig, TlsConfig};
use coretime_proto::v1::{self, venue_service_client::VenueServiceClient};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity};

struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Authority {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Authority { pem, issuer: Issuer::new(params, key) }
    }

    /// A certificate for this name, and its key.
    fn certify(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }
}

async fn get(venue: &Venue, tls: ClientTlsConfig) -> bool {
    let endpoint = Endpoint::from_shared(format!("https://{}", venue.address)).unwrap();
    let channel = endpoint.tls_config(tls.domain_name("venue.test")).unwrap().connect_lazy();
    VenueServiceClient::new(channel).get_venue(v1::GetVenueRequest {}).await.is_ok()
}

#[tokio::test]
async fn connections_are_encrypted_and_clients_show_certificates_where_asked_to() {
    let (ours, strangers) = (Authority::new(), Authority::new());
    let (certificate, key) = ours.certify("venue.test");
    let (client, client_key) = ours.certify("trader.test");
    let (stranger, stranger_key) = strangers.certify("trader.test");
    let plain = || ClientTlsConfig::new().ca_certificate(Certificate::from_pem(&ours.pem));
    for (required, with_ca) in [(false, false), (false, true), (true, true)] {
        let tls = TlsConfig {
            certificate_pem: certificate.clone().into(),
            key_pem: key.clone().into(),
            client_ca_pem: with_ca.then(|| ours.pem.clone().into()),
            client_certificate_required: required,
        };
        let venue = Venue::start_encrypted(GatewayConfig { tls: Some(tls), ..Default::default() }).await;
        assert_eq!(get(&venue, plain()).await, !required, "without a certificate");
        assert!(get(&venue, plain().identity(Identity::from_pem(&client, &client_key))).await);
        let strange = get(&venue, plain().identity(Identity::from_pem(&stranger, &stranger_key))).await;
        assert_eq!(strange, !with_ca, "with a stranger's certificate");
        let other = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(&strangers.pem));
        assert!(!get(&venue, other).await, "the venue's certificate is looked at");
        let clear = VenueServiceClient::connect(format!("http://{}", venue.address)).await;
        let answered = match clear {
            Ok(mut calls) => calls.get_venue(v1::GetVenueRequest {}).await.is_ok(),
            Err(_) => false,
        };
        assert!(!answered, "nothing is answered in the clear");
    }
}
