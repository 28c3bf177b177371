(() => {
  'use strict';
  if (!window.PublicKeyCredential) return;
  let pending;

  const toBytes = text => Uint8Array.from(
    atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
  const toText = bytes => bytes ? btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '') : '';

  const ask = (form, mediation) => {
    const key = JSON.parse(form.dataset.options);
    key.challenge = toBytes(key.challenge);
    if (key.user) key.user.id = toBytes(key.user.id);
    for (const one of (key.allowCredentials || []).concat(key.excludeCredentials || []))
      one.id = toBytes(one.id);
    if (pending) pending.abort();
    pending = new AbortController();
    return navigator.credentials[form.dataset.passkey](
      {publicKey: key, signal: pending.signal, ...(mediation && {mediation})});
  };

  const send = (form, made) => {
    const answer = form.querySelector('[data-answer]');
    const {response} = made;
    const extensions = made.getClientExtensionResults();
    const values = {
      credential: toText(made.rawId),
      client_data: toText(response.clientDataJSON),
      auth_data: toText(response.authenticatorData),
      signature: toText(response.signature),
      user_handle: toText(response.userHandle),
      attestation: toText(response.attestationObject),
      transports: response.getTransports ? response.getTransports().join(' ') : '',
      discoverable: extensions.credProps && extensions.credProps.rk ? '1' : ''
    };
    for (const field of answer.querySelectorAll('[name]'))
      if (field.name in values) field.value = values[field.name];
    answer.disabled = false;
    form.submit();
    answer.disabled = true;
  };

  const tell = name => {
    const all = [...document.querySelectorAll('[data-error]')];
    const one = all.find(p => p.dataset.error.split(' ').includes(name));
    for (const p of all) p.hidden = p !== (name && (one || all[all.length - 1]));
  };

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    const go = async event => {
      event.preventDefault();
      tell('');
      try {
        send(form, await ask(form));
      } catch (e) {
        tell(e.name);
      }
    };
    for (const part of document.querySelectorAll('[data-script]')) part.hidden = false;
    for (const part of document.querySelectorAll('[data-no-script]')) part.hidden = true;
    form.querySelector('[data-go]').addEventListener('click', go);
    if ('conditional' in form.dataset && PublicKeyCredential.isConditionalMediationAvailable)
      PublicKeyCredential.isConditionalMediationAvailable()
        .then(can => can && !pending && ask(form, 'conditional').then(made => send(form, made)))
        .catch(() => {});
  }
})();
