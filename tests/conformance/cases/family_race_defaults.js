// The defaults of the race, and what their setters refuse.
// rows: N07 N14

const { net, log, attempt } = require('./prelude');

log('family', net.getDefaultAutoSelectFamily());
net.setDefaultAutoSelectFamily(false);
log('family', net.getDefaultAutoSelectFamily());
attempt(log, 'text', () => net.setDefaultAutoSelectFamily('x'));
log('timeout', net.getDefaultAutoSelectFamilyAttemptTimeout());
net.setDefaultAutoSelectFamilyAttemptTimeout(1);
log('timeout', net.getDefaultAutoSelectFamilyAttemptTimeout());
net.setDefaultAutoSelectFamilyAttemptTimeout(500);
log('timeout', net.getDefaultAutoSelectFamilyAttemptTimeout());
attempt(log, 'zero', () => net.setDefaultAutoSelectFamilyAttemptTimeout(0));
attempt(log, 'fraction', () => net.setDefaultAutoSelectFamilyAttemptTimeout(1.5));
attempt(log, 'text', () => net.setDefaultAutoSelectFamilyAttemptTimeout('x'));
