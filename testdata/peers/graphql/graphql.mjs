// A GraphQL server on the reference implementation, graphql-js, for tests: it
// wants a bearer token and prints its address when it listens.
import http from 'node:http'
import { buildSchema } from 'graphql'
import { createHandler } from 'graphql-http/lib/use/http'

const schema = buildSchema(`
  enum Order { NAME AGE }
  input Filter { text: String, tags: [String!], nested: Filter, limit: Int, ratio: Float, exact: Boolean }
  interface Node { id: ID! }
  type User implements Node { id: ID!  name: String!  friends(order: Order): [User!]! }
  type Team implements Node { id: ID!  title: String! }
  type Query {
    me: User!
    node(id: ID!): Node
    echo(s: String!): String!
    filter(filter: Filter): String!
    users(order: Order!, first: Int): [User!]!
    boom: String
  }
  type Mutation { rename(name: String!): User! }
`)

const user = (id, name) => ({ __typename: 'User', id, name, friends: ({ order }) => [user('2', `friend by ${order}`)] })
const rootValue = {
  me: () => user('1', 'Alice'),
  node: ({ id }) => (id === 't' ? { __typename: 'Team', id, title: 'A-Team' } : user(id, 'Alice')),
  echo: ({ s }) => s,
  filter: ({ filter }) => JSON.stringify(filter ?? 'nothing'),
  users: ({ order, first }) => [user('1', `${order} ${first}`)],
  boom: () => {
    throw new Error('boom')
  },
  rename: ({ name }) => user('1', name),
}

const handle = createHandler({ schema, rootValue })
const server = http.createServer((request, response) => {
  if (request.headers.authorization !== 'Bearer tok-123-of-the-peer') {
    response.writeHead(401, { 'content-type': 'application/json' })
    return response.end('{"errors":[{"message":"unauthenticated"}]}')
  }
  handle(request, response)
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
