'use strict';

/* The policy that is written on the page: judged by the server, and then that of `/yours`. */

const policyForm = document.getElementById('policy');

policyForm.onsubmit = async (event) => {
  event.preventDefault();
  const { methods, origins, credentials, allow_headers, expose_headers, max_age } = policyForm.elements;
  const written = {
    methods: methods.value,
    origins: origins.value,
    credentials: credentials.checked,
    allow_headers: allow_headers.value,
    expose_headers: expose_headers.value,
    max_age: max_age.value,
  };
  const judged = await posted('policy', written);
  document.getElementById('judged').replaceChildren(judged.problem
    ? element('p', { className: 'problem' }, judged.problem)
    : copyable('Use this line:', judged.line));
  if (judged.line) {
    document.getElementById('about').textContent = 'Your policy at /yours:';
    const first = methods.value.split(',')[0].trim();
    await show([{ path: '/yours', method: first && first !== '*' ? first : 'GET', credentials: credentials.checked }]);
  }
};
