// Preloaded into Node: the development network would listen on every interface; here every listener stays on 127.0.0.1.
'use strict'
const net = require('node:net')
const dns = require('node:dns')

const listen = net.Server.prototype.listen

net.Server.prototype.listen = function listenOnLoopback(first, ...rest) {
  const numeric = typeof first === 'number' || (typeof first === 'string' && /^\d+$/.test(first))
  if (numeric) {
    const done = rest.filter((argument) => typeof argument === 'function').slice(-1)
    return listen.call(this, { port: Number(first), host: '127.0.0.1' }, ...done)
  }
  if (first !== null && typeof first === 'object' && 'port' in first) {
    return listen.call(this, { ...first, host: '127.0.0.1' }, ...rest)
  }
  return listen.call(this, first, ...rest)
}

dns.setDefaultResultOrder('ipv4first')
