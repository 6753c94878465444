export default async () => true
