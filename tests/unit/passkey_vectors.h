/*
 * What an authenticator sends, of each algorithm: a registration at
 * https://id.example.org/idp with user verification, and a sign-in with the
 * same key, count 5; in hexadecimal. Made once with python3-cryptography.
 */
#ifndef LK_TESTS_PASSKEY_VECTORS_H
#define LK_TESTS_PASSKEY_VECTORS_H

#define VECTOR_ISSUER "https://id.example.org/idp"
#define VECTOR_CLIENT_DATA                                                     \
	"{\"type\":\"webauthn.get\",\"challenge\":"                            \
	"\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\",\"origin\":\"https:/" \
	"/id.example.org\",\"crossOrigin\":false,\"other_keys_can_be_added_"   \
	"here\":\"do not compare clientDataJSON against a template. See "      \
	"https://goo.gl/yabPex\"}"
#define VECTOR_ID                                                              \
	"404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"
#define ED25519_COSE                                                           \
	"a40101032720062158203800dfd3efd5b8a787adcb4e01423c92b834526ba439"     \
	"b69cd4b2ef97d081c480"
#define ED25519_ATTESTATION                                                    \
	"a363666d74646e6f6e656761747453746d74a068617574684461746158813597"     \
	"fd3a3706dcbf8c953118c1db0615c0b56dcaf4cc382172aca65c58f244224500"     \
	"000001000000000000000000000000000000000020404142434445464748494a"     \
	"4b4c4d4e4f505152535455565758595a5b5c5d5e5fa401010327200621582038"     \
	"00dfd3efd5b8a787adcb4e01423c92b834526ba439b69cd4b2ef97d081c480"
#define ED25519_AUTH_DATA                                                      \
	"3597fd3a3706dcbf8c953118c1db0615c0b56dcaf4cc382172aca65c58f24422"     \
	"0500000005"
#define ED25519_SIGNATURE                                                      \
	"48c41cefc0b423dbee77e376b76c3d324ef7920442f36f22a48d15f64bfd92e6"     \
	"87245b32c2b54e7dea98d13e511fb7729fe2aa6bc4f933c13897650d7b9d420b"
#define ES256_COSE                                                             \
	"a5010203262001215820c15239ac8b6d87a7a77424d0ce5499bb398f0f877adf"     \
	"77e25477451779794a4b225820ce908fa44e0f8cf4f1fd3919403cf380017717"     \
	"bc5f89dfd8c38ead13f0767f0c"
#define ES256_ATTESTATION                                                      \
	"a363666d74646e6f6e656761747453746d74a068617574684461746158a43597"     \
	"fd3a3706dcbf8c953118c1db0615c0b56dcaf4cc382172aca65c58f244224500"     \
	"000001000000000000000000000000000000000020404142434445464748494a"     \
	"4b4c4d4e4f505152535455565758595a5b5c5d5e5fa5010203262001215820c1"     \
	"5239ac8b6d87a7a77424d0ce5499bb398f0f877adf77e25477451779794a4b22"     \
	"5820ce908fa44e0f8cf4f1fd3919403cf380017717bc5f89dfd8c38ead13f076"     \
	"7f0c"
#define ES256_AUTH_DATA                                                        \
	"3597fd3a3706dcbf8c953118c1db0615c0b56dcaf4cc382172aca65c58f24422"     \
	"0500000005"
#define ES256_SIGNATURE                                                        \
	"3045022100dc2de9734e00fea7e026712589e0224e69b8119637186afa7d5deb"     \
	"8a8b7f4b29022060219dce6d542db9e0b394ec16a9ff208eec2513896f810e7a"     \
	"429aea13b68f27"
#define RS256_COSE                                                             \
	"a401030339010020590100d0948f98a04715ea8a7d3e323d9d2d51b62caac4e7"     \
	"b5ece322382155b36c789aa09b8446e41e79053a18c07f23a6133122795e438c"     \
	"2499fcb7639e4883546b4820b5737cdf29c6b02df1fa9c672835a2f1700b0804"     \
	"3c819b44d1f95e6e9b9414b055c1872077d2b62a3373cc1fce9b6f70b49c9787"     \
	"97ff876cf7b1aef43fc000bd9480ca9fb07fc6dc6870b99ea0fd1364edbae404"     \
	"cbdd1090790f0a162c654c55d8aa3c1b4ea9d456142ea349b0254514f40578e5"     \
	"2718cc998c5f772c975335856a14cee2b7f772fe6c8bc30a3b10eb3ff6d5e4b9"     \
	"68fd46094316db8e6f22bbd9160a1ea6071d0f59060911d8904e846a2318c00d"     \
	"d4c93f127141b3a79704932143010001"
#define RS256_ATTESTATION                                                      \
	"a363666d74646e6f6e656761747453746d74a068617574684461746159016735"     \
	"97fd3a3706dcbf8c953118c1db0615c0b56dcaf4cc382172aca65c58f2442245"     \
	"0000000100000000000000000000000000000000002040414243444546474849"     \
	"4a4b4c4d4e4f505152535455565758595a5b5c5d5e5fa4010303390100205901"     \
	"00d0948f98a04715ea8a7d3e323d9d2d51b62caac4e7b5ece322382155b36c78"     \
	"9aa09b8446e41e79053a18c07f23a6133122795e438c2499fcb7639e4883546b"     \
	"4820b5737cdf29c6b02df1fa9c672835a2f1700b08043c819b44d1f95e6e9b94"     \
	"14b055c1872077d2b62a3373cc1fce9b6f70b49c978797ff876cf7b1aef43fc0"     \
	"00bd9480ca9fb07fc6dc6870b99ea0fd1364edbae404cbdd1090790f0a162c65"     \
	"4c55d8aa3c1b4ea9d456142ea349b0254514f40578e52718cc998c5f772c9753"     \
	"35856a14cee2b7f772fe6c8bc30a3b10eb3ff6d5e4b968fd46094316db8e6f22"     \
	"bbd9160a1ea6071d0f59060911d8904e846a2318c00dd4c93f127141b3a79704"     \
	"932143010001"
#define RS256_AUTH_DATA                                                        \
	"3597fd3a3706dcbf8c953118c1db0615c0b56dcaf4cc382172aca65c58f24422"     \
	"0500000005"
#define RS256_SIGNATURE                                                        \
	"56bfd327fec5bbb7df471bf34e7988d3b1e6d8b5ecf7e9ddef036e5e4e1609d5"     \
	"3717c9b2c6f2bc5727f83fd6b2800adfa26127bb59fc4997056662cfbe8e5578"     \
	"9a365f4a9ecfab9fd082abd44f64884fb4a71e2e558509d57b527338d4e2ebd9"     \
	"17aca859b20973301689382d91e2f62fe3b6c486a72c163b7df4f4e68a88aa2e"     \
	"6ec125975e69b210c238816c23400f857745ab79702e4fafcccf14493b7e0442"     \
	"ba9c09fa8b43936146ddb34702545f0f94f981f164bf6eb6eed37b5ffa52b1c2"     \
	"187a7c6c6520ad189961a7c2a8584e4b6109a0607d31b968092bbad208f192ac"     \
	"79d6fec0c84edc7cda822b11ac12f176aa5a7c4b2452da988ee346afa35a95f6"

#endif
