module.exports = async function () {}
