// A SOAP server made from the published WSDL of UWLR 2.2 that stands for an administration system: one invented school.
//
//   node administration.js --wsdl FILE --key KEY --code CODE --name NAME [--port 0]
//
// Prints `endpoint <address>` once it listens on loopback, and ends when its standard input closes.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

import soap from 'soap';

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    wsdl: { type: 'string' },
    key: { type: 'string' },
    code: { type: 'string' },
    name: { type: 'string' },
  },
});
for (const name of ['wsdl', 'key', 'code', 'name']) {
  if (!options[name]) {
    console.error(`--${name} is missing`);
    process.exit(2);
  }
}

// The published WSDL has this for a path; npm soap finds the first port by it, and would else take the last one.
const path = '/NOTDEFINEDYET';

const eckId = (digit) => `https://ketenid.nl/pilot/${digit.repeat(128)}`;

const people = {
  groepen: {
    groep: [
      { attributes: { key: 'g7' }, naam: 'Groep 7 & 8', jaargroep: 'C' },
      { attributes: { key: 'g6' }, naam: 'Groep 6', jaargroep: '6' },
    ],
    samengestelde_groep: [{ attributes: { key: 'koor' }, naam: 'Koor' }],
  },
  leerlingen: {
    leerling: [
      {
        attributes: { key: 'L1', eckid: eckId('1') },
        achternaam: 'Kwirreoever',
        voorvoegsel: 'van den',
        'voorletters-1': 'K',
        roepnaam: 'Kwirra',
        geboortedatum: '2020-02-29',
        geslacht: '2',
        jaargroep: '7',
        groep: { attributes: { key: 'g7' } },
        samengestelde_groepen: { samengestelde_groep: [{ attributes: { key: 'koor' } }] },
        emailadres: 'kwirra@school.example',
        bsn: '111222333',
      },
      {
        attributes: { key: 'L2', eckid: eckId('2') },
        achternaam: 'Ångström-Zoë',
        roepnaam: 'Zoë',
        jaargroep: '6',
        groep: { attributes: { key: 'g6' } },
      },
      { attributes: { key: '#3' }, roepnaam: 'Gast' },
    ],
  },
  leerkrachten: {
    leerkracht: [
      {
        attributes: { key: 'M1', eckid: eckId('3') },
        achternaam: 'Kwirrekompas',
        roepnaam: 'Bilal',
        groepen: { groep: [{ attributes: { key: 'g7' }, rol: ['LRK'] }] },
      },
    ],
  },
};

function fault(code) {
  return { Fault: { faultcode: `soap:${code}`, faultstring: code } };
}

function check({ autorisatiesleutel, klantcode, klantnaam } = {}) {
  if (klantcode !== options.code || klantnaam !== options.name) {
    throw fault('Client.OngeldigeKlantIdentificatie');
  }
  if (autorisatiesleutel !== options.key) {
    throw fault('Client.AutorisatieOngeldig');
  }
}

function pupilData(request, _callback, headers) {
  check(headers?.autorisatie);
  if (request.laatstontvangengegevens) {
    return { geenwijzigingen: {} };
  }
  const { schooljaar, brincode, dependancecode } = request;
  return { leerlinggegevens: { school: { schooljaar, brincode, dependancecode }, ...people } };
}

const services = {
  LeerlinggegevensService: { prtLeerlinggegevensService: { HaalLeerlinggegevens: pupilData } },
};

const server = createServer((_request, response) => response.writeHead(404).end());
server.listen(Number(options.port), '127.0.0.1', () => {
  const callback = (error) => {
    if (error) {
      console.error(error.message);
      process.exit(1);
    }
    console.log(`endpoint http://127.0.0.1:${server.address().port}${path}`);
  };
  soap.listen(server, { path, services, xml: readFileSync(options.wsdl, 'utf8'), uri: options.wsdl, callback });
});

process.stdin.resume().on('end', () => process.exit(0));
